// The programs in examples/, each started with its one command. The camera's page is driven in test/browser.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FacialLandmarkDetector, readImage } from '../../src/node/index.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { ROOT, SnippetFolder } from '../support/snippets.js';

const EXAMPLES = join(ROOT, 'examples');
const folder = new SnippetFolder();
const at = (...names: string[]) => join(folder.path, ...names);
const run = (...args: string[]) => folder.run(process.execPath, [join(EXAMPLES, args[0]), ...args.slice(1)]);
let detector: FacialLandmarkDetector;

beforeAll(async () => {
  detector = await FacialLandmarkDetector.load();
});
afterAll(async () => {
  await detector.close();
  folder.remove();
});

it('are the eight that the page lists', () => {
  const page = readFileSync(join(ROOT, 'docs/examples.md'), 'utf8');
  const names = readdirSync(EXAMPLES).filter((name) => !page.includes(`examples/${name}`));
  expect(readdirSync(EXAMPLES)).toHaveLength(8);
  expect(names).toEqual([]);
});

it('blur-faces hides the face', async () => {
  expect(run('blur-faces.mjs', 'photo.jpg', 'blurred.png')).toBe('1 faces hidden in blurred.png\n');
  expect((await detector.detect(at('blurred.png'))).faces).toEqual([]);
  const { width, height } = await readImage(at('blurred.png'));
  expect({ width, height }).toEqual({ width: 743, height: 1155 });
});

it('avatars leaves one upright picture for each face', async () => {
  expect(run('avatars.mjs', 'avatars', 'photo.jpg')).toBe('avatars/photo-1.png\n');
  const image = await readImage(at('avatars', 'photo-1.png'));
  expect([image.width, image.height]).toEqual([256, 256]);
  expect((await detector.detect(image)).faces).toHaveLength(1);
});

it('count-folder counts, and goes on after a file that is no image', () => {
  copyFileSync(at('photo.jpg'), at('photos', 'two.jpg'));
  writeFileSync(at('photos', 'broken.jpg'), 'no image');
  const lines = run('count-folder.mjs', 'photos').trim().split('\n');
  expect(lines.pop()).toBe('2 faces in 2 images');
  expect(lines.sort()).toEqual(['1\tphotos/one.jpg', '1\tphotos/two.jpg']);
});

it('custom-detector finds the face once, however many tiles show it', () => {
  const lines = run('custom-detector.mjs', 'photo.jpg').trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0])).toMatchObject({ score: expect.any(Number), noseTip: { x: expect.any(Number) } });
});

it('embeddings compares faces by a network of the user', () => {
  // The mean of each channel of the crop: a network that knows nothing of faces, but gives the same for the same.
  const g = new GraphBuilder('means');
  const input = g.input('input', 'float', [1, 3, 112, 112]);
  g.output(g.add('ReduceMean', [input], { axes: [2n, 3n], keepdims: 0n }), 'float', [1, 3]);
  writeFileSync(at('recognition.onnx'), writeModel(g.model({ opset: 16, producerName: 'test' })));
  const lines = run('embeddings.mjs', 'recognition.onnx', 'photo.jpg', 'photo.jpg', 'photos/one.jpg')
    .trim()
    .split('\n');
  expect(lines).toEqual(['1.0000\tphoto.jpg', '1.0000\tphotos/one.jpg']);
});

const hasFfmpeg = ['ffmpeg', 'ffprobe'].every((name) => spawnSync(name, ['-version']).status === 0);

describe.skipIf(!hasFfmpeg)('film (needs ffmpeg)', () => {
  it('follows the face of a film', () => {
    const make = '-v error -loop 1 -i photo.jpg -frames:v 7 -r 25 -vf scale=742:1154 -pix_fmt yuv420p film.mp4'.split(
      ' ',
    );
    execFileSync('ffmpeg', make, { cwd: folder.path });
    const frames = run('film.mjs', 'film.mp4').trim().split('\n');
    expect(frames).toHaveLength(7);
    const ids = frames.map((line) => JSON.parse(line).faces.map(({ id }: { id: number }) => id));
    expect(new Set(ids.map(String)).size).toBe(1);
    expect(ids[0]).toHaveLength(1);
  });
});

describe('proxy', () => {
  let proxy: ChildProcess;
  let address: string;

  beforeAll(async () => {
    proxy = spawn(process.execPath, [join(EXAMPLES, 'proxy/start.mjs'), '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    [address] = (await once(createInterface({ input: proxy.stdout! }), 'line')) as [string];
  });
  afterAll(async () => {
    if (proxy.exitCode === null) {
      proxy.kill('SIGTERM');
      await once(proxy, 'exit');
    }
  });

  const detect = (headers: Record<string, string> = {}) =>
    fetch(`${address}/faces/v1/detect`, { method: 'POST', body: readFileSync(at('photo.jpg')), headers });

  it('hands images on with the token', async () => {
    const answer = await detect();
    expect(answer.status).toBe(200);
    expect((await answer.json()).faces).toHaveLength(1);
  });

  it('lets the service refuse what pages elsewhere send', async () => {
    expect((await detect({ origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  it('hands nothing else on', async () => {
    expect(await (await fetch(`${address}/faces/metrics`)).text()).toContain('Your own page');
    expect(await (await fetch(address)).text()).toContain('Your own page');
  });

  it('ends with its service', async () => {
    proxy.kill('SIGTERM');
    expect(await once(proxy, 'exit')).toEqual([0, null]);
  });
});

it('has no link to a file that is gone', () => {
  const page = readFileSync(join(ROOT, 'docs/examples.md'), 'utf8');
  for (const [, path] of page.matchAll(/\]\(\.\.\/(examples\/[^)]+)\)/g))
    expect(existsSync(join(ROOT, path))).toBe(true);
});
