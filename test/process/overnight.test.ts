// A folder in one run, in several that were killed, and with a signal in the middle: the same lines, each once, in order.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultJson } from '../../src/detector/result-to-json.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ownedPath } from '../../src/node/files/owned-path.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-overnight-'));
const photos = join(folder, 'photos');
const COUNT = 30;
const BAD = 'image-07.png';

beforeAll(async () => {
  mkdirSync(photos);
  const pictures = await Promise.all(
    [0, 1, 2].map((faces) =>
      encodeImage(drawScene({ seed: faces, width: 240, height: 200, faces, minSize: 60 }).image, 'png'),
    ),
  );
  for (let i = 0; i < COUNT; i++) {
    writeFileSync(join(photos, `image-${String(i).padStart(2, '0')}.png`), pictures[i % 3]);
  }
  writeFileSync(join(photos, BAD), 'this is no picture, whatever its name says');
  complete = run(whole);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const argumentsFor = (output: string, ...more: string[]) => [
  ...[main, 'detect', photos, '--networks', 'drawn-faces', '--detector-side', '160', '--jsonl', output],
  ...more,
];
const run = (output: string, ...more: string[]) =>
  spawnSync(process.execPath, argumentsFor(output, ...more), { encoding: 'utf8' });
const begin = (output: string, ...more: string[]): ChildProcess =>
  spawn(process.execPath, argumentsFor(output, ...more), { stdio: 'ignore' });

const linesOf = (path: string): ResultJson[] => {
  const text = readFileSync(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};
/** Everything but the time it took. */
const results = (path: string) => linesOf(path).map(({ timings: _, ...report }) => report);
const names = (path: string) => linesOf(path).map(({ image }) => image);
const expectedNames = () =>
  readdirSync(photos)
    .filter((name) => name !== BAD)
    .sort()
    .map((name) => join(photos, name));

/** One run that nothing disturbs: what the others must come to. */
const whole = join(folder, 'whole.jsonl');
let complete: ReturnType<typeof run>;
const lineCount = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);

/** Waits until the file has so many lines, or the process has ended. */
async function untilLines(path: string, count: number, child: ChildProcess): Promise<void> {
  while (lineCount(path) < count && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
}
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

describe('detect --jsonl FILE', () => {
  it('writes one line for each image in order, goes on after a bad one, and lists it at the end', () => {
    const { status, stdout, stderr } = complete;
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(names(whole)).toEqual(expectedNames());
    expect(stderr).toMatch(/30 of 30 .* \d+ faces +1 failed/);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`facial-lmk: .*${BAD}: .*received text`));
  });

  it('gives the same with worker threads, and crops beside it', () => {
    const output = join(folder, 'workers.jsonl');
    const crops = join(folder, 'crops');
    expect(run(output, '--workers', '2', '--crops', crops).status).toBe(1);
    expect(results(output)).toEqual(results(whole));
    const faces = linesOf(output).reduce((sum, report) => sum + report.faces.length, 0);
    expect(readdirSync(crops)).toHaveLength(faces);
    // What a killed writer leaves is taken away by the next run, what a living one has begun is not.
    const alive = ownedPath(join(crops, 'image-00.face-1.png'), 'part');
    const dead = alive.replace(`-${process.pid}-`, `-${spawnSync('true').pid}-`);
    for (const part of [dead, alive]) writeFileSync(part, 'half');
    run(output, '--resume', '--crops', crops);
    expect(readdirSync(crops).filter((name) => name.endsWith('.part'))).toEqual([basename(alive)]);
  });

  it('refuses a file that is there, or that it did not write', () => {
    const before = readFileSync(whole);
    const again = run(whole);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('--resume');
    expect(Buffer.compare(readFileSync(whole), before)).toBe(0);
    const foreign = join(folder, 'foreign.jsonl');
    writeFileSync(foreign, '{"image": 3}\n');
    expect(run(foreign, '--resume').status).toBe(2);
    expect(readFileSync(foreign, 'utf8')).toBe('{"image": 3}\n');
    expect(spawnSync(process.execPath, [main, 'detect', photos, '--networks', 'drawn-faces', '--resume']).status).toBe(
      2,
    );
  });

  it('takes a name that is no .jsonl as an image', () => {
    const photo = join(photos, 'image-01.png');
    const { stdout } = spawnSync(process.execPath, [main, 'detect', '--networks', 'drawn-faces', '--jsonl', photo], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout).image).toBe(photo);
  });
});

describe('--resume', () => {
  it.each([
    [1, '1'],
    [7, '2'],
    [13, '1'],
    [22, '2'],
  ])('after kill -9 at %i lines (%s workers): nothing lost, nothing doubled, no half line', async (count, workers) => {
    const output = join(folder, `killed-${count}.jsonl`);
    const child = begin(output, '--workers', workers);
    const end = ended(child);
    await untilLines(output, count, child);
    child.kill('SIGKILL');
    await end;
    expect(lineCount(output)).toBeGreaterThanOrEqual(count);
    expect(run(output, '--workers', workers, '--resume').status).toBe(1);
    expect(results(output)).toEqual(results(whole));
  });

  it('cuts off a torn last line, wherever it was torn', () => {
    const text = readFileSync(whole);
    const start = text.indexOf('\n', text.length / 2) + 1;
    const end = text.indexOf('\n', start);
    for (const at of [start + 1, Math.floor((start + end) / 2), end]) {
      const output = join(folder, `torn-${at}.jsonl`);
      writeFileSync(output, text.subarray(0, at));
      expect(run(output, '--resume').status).toBe(1);
      expect(results(output)).toEqual(results(whole));
    }
  });

  it('counts the bytes of lines that end as on Windows', () => {
    const output = join(folder, 'windows.jsonl');
    const lines = readFileSync(whole, 'utf8').split('\n');
    writeFileSync(output, `${lines.slice(0, 5).join('\r\n')}\r\n`);
    run(output, '--resume');
    expect(results(output)).toEqual(results(whole));
  });

  it.each([
    ['text without a line break', 'important notes'],
    ['an empty line between lines', '{"image":"a"}\n\n{"image":"b"}\n'],
    ['lines of another program', '{"name":"a"}\n'],
    ['an endless line', `{"image":"${'x'.repeat(2 ** 26)}`],
  ])('refuses %s, and leaves it as it was', (_, content) => {
    const output = join(folder, 'foreign.jsonl');
    writeFileSync(output, content);
    const { status, stderr } = run(output, '--resume');
    expect(status).toBe(2);
    expect(stderr).toMatch(/a file that an earlier run of this command wrote/);
    expect(readFileSync(output, 'utf8') === content).toBe(true);
  });

  it.runIf(process.platform !== 'win32')('refuses a pipe at once', () => {
    const pipe = join(folder, 'pipe.jsonl');
    execFileSync('mkfifo', [pipe]);
    const { status, stderr } = run(pipe, '--resume');
    expect(status).toBe(2);
    expect(stderr).toMatch(/not a regular file/);
  });

  it('of several at once, also after a killed run, lets one alone write; the others say why not', async () => {
    const output = join(folder, 'shared.jsonl');
    const killed = begin(output);
    const end = ended(killed);
    await untilLines(output, 5, killed);
    killed.kill('SIGKILL');
    await end;
    const children = Array.from({ length: 5 }, () =>
      spawn(process.execPath, argumentsFor(output, '--resume'), { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    const outcomes = await Promise.all(
      children.map(async (child) => {
        const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
        return { code, stderr };
      }),
    );
    expect(results(output)).toEqual(results(whole));
    // Whoever comes when the first is done finds nothing to do but the image that fails.
    for (const { code, stderr } of outcomes.filter((outcome) => outcome.code !== 1)) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/a file that no other run writes to for .* locked by process \d+ of .* remove .*\.lock/);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('stops when something without the lock writes to the file', async () => {
    const output = join(folder, 'meddled.jsonl');
    const child = spawn(process.execPath, argumentsFor(output), { stdio: ['ignore', 'ignore', 'pipe'] });
    const outcome = Promise.all([text(child.stderr), once(child, 'close')]);
    await untilLines(output, 3, child);
    appendFileSync(output, '{"image":"meddled"}\n');
    const [stderr, [code]] = await outcome;
    expect(code).toBe(2);
    expect(stderr).toMatch(/something else writes to it/);
    expect(names(output).at(-1)).toBe('meddled');
  });

  it('leaves out the pictures that the run before has left in the folder', () => {
    const inside = join(folder, 'mixed');
    mkdirSync(join(inside, 'deep'), { recursive: true });
    for (const name of ['a.png', join('deep', 'a.png'), 'b.face-1.png']) {
      writeFileSync(join(inside, name), readFileSync(join(photos, 'image-01.png')));
    }
    const pictures = [
      '--overlay',
      inside,
      '--overlay-format',
      'jpeg',
      '--sheets',
      inside,
      '--crops',
      join(inside, 'crops'),
    ];
    const args = [main, 'detect', inside, '--networks', 'drawn-faces', '--detector-side', '160', ...pictures];
    const detect = (output: string, ...more: string[]) =>
      spawnSync(process.execPath, [...args, '--jsonl', output, ...more], { encoding: 'utf8' });
    const output = join(folder, 'mixed.jsonl');
    expect(detect(output).status).toBe(0);
    const images = ['a.png', 'b.face-1.png', join('deep', 'a.png')].map((name) => join(inside, name));
    expect(names(output)).toEqual(images);
    const files = readdirSync(inside, { recursive: true }).length;
    const resumed = detect(output, '--resume');
    expect(resumed.stderr).toMatch(/nothing to do: .* already has all 3 images.*\n.*pictures of an earlier run \(9\)/);
    // Another list, so every image again: the same ones.
    detect(join(folder, 'again.jsonl'));
    expect(names(join(folder, 'again.jsonl'))).toEqual(images);
    expect(readdirSync(inside, { recursive: true })).toHaveLength(files);
  });

  it('with nothing left to do says so, and needs no networks for it', () => {
    const output = join(folder, 'good.jsonl');
    const good = [main, 'detect', join(photos, 'image-0[0-6].png'), '--jsonl', output, '--detector-side', '160'];
    const first = spawnSync(process.execPath, [...good, '--networks', 'drawn-faces'], { encoding: 'utf8' });
    expect(first.status).toBe(0);
    const before = readFileSync(output);
    // The same images by another way to name them.
    good[2] = relative(process.cwd(), good[2]);
    const again = spawnSync(process.execPath, [...good, '--resume', '--networks', folder], { encoding: 'utf8' });
    expect(again).toMatchObject({ status: 0, stdout: '' });
    expect(again.stderr).toBe(`facial-lmk: nothing to do: ${output} already has all 7 images.\n`);
    expect(Buffer.compare(readFileSync(output), before)).toBe(0);
  });

  it('of a finished run adds nothing but what failed before', () => {
    const before = readFileSync(whole);
    expect(run(whole, '--resume').status).toBe(1);
    expect(Buffer.compare(readFileSync(whole), before)).toBe(0);
  });

  it('begins a file that is not there', () => {
    const output = join(folder, 'new', 'fresh.jsonl');
    run(output, '--resume');
    expect(results(output)).toEqual(results(whole));
  });
});

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: the images in work are finished, and the file can be resumed',
    async (signal) => {
      const output = join(folder, `${signal}.jsonl`);
      const child = begin(output, '--workers', '2');
      const end = ended(child);
      await untilLines(output, 4, child);
      child.kill(signal);
      expect(await end).toBe(1);
      const done = names(output);
      expect(done.length).toBeLessThan(COUNT - 1);
      expect(done).toEqual(expectedNames().slice(0, done.length));
      run(output, '--resume');
      expect(results(output)).toEqual(results(whole));
    },
  );
});

describe('scripts/track-video.ts', () => {
  it('gives one line for each raw frame, and says when the last one is cut off', () => {
    const [width, height] = [320, 240];
    const frames = [0, 1, 2, 3].map((i) => {
      const placements = [{ center: { x: 120 + 4 * i, y: 120 }, size: 110, rollRadians: 0 }];
      return Buffer.from(drawScene({ seed: 1, width, height, placements }).image.data);
    });
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'scripts/track-video.ts', '--width', '320', '--height', '240', '--networks', 'drawn-faces'],
      { cwd: root, input: Buffer.concat([...frames, Buffer.alloc(100)]), encoding: 'utf8' },
    );
    expect(status).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ frame, faces }) => [frame, faces.map(({ id }: { id: number }) => id)])).toEqual(
      frames.map((_, i) => [i, [1]]),
    );
    expect(stderr).toContain('Expected 230400 bytes for the last frame but received 100');
  });

  it('ends in order when nobody reads any more', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'scripts/track-video.ts', '--width', '64', '--height', '48', '--networks', 'drawn-faces'],
      { cwd: root },
    );
    child.stdin.on('error', () => undefined);
    const stderr = text(child.stderr);
    child.stdin.write(Buffer.alloc(64 * 48 * 3));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.end(Buffer.alloc(10 * 64 * 48 * 3));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await stderr).toBe('');
  });
});
