// The HTTP service with a pool behind it, and the command that starts it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { faceQuality } from '../../src/face/face-quality.js';
import { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from '../../src/face/geometry.js';
import { headPose } from '../../src/face/head-pose.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { drawOverlay } from '../../src/node/images/draw-overlay.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import { createApp } from '../../src/server/create-app.js';

/** What this thread did of the work that takes long. */
const { onThisThread, noted } = vi.hoisted(() => {
  const onThisThread: string[] = [];
  const noted = <Args extends unknown[], Result>(name: string, does: (...args: Args) => Result) =>
    vi.fn((...args: Args) => {
      onThisThread.push(name);
      return does(...args);
    });
  return { onThisThread, noted };
});
vi.mock('../../src/node/images/image-codecs.js', async (importActual) => {
  const actual = await importActual<typeof import('../../src/node/images/image-codecs.js')>();
  const { sharp, jimp } = actual.DECODE;
  return {
    ...actual,
    DECODE: { sharp: noted('decode', sharp), jimp: noted('decode', jimp) },
    encodeOwnImage: noted('encode', actual.encodeOwnImage),
  };
});
vi.mock('../../src/overlay/draw-shapes.js', async (importActual) => {
  const { drawShapes } = await importActual<typeof import('../../src/overlay/draw-shapes.js')>();
  return { drawShapes: noted('draw', drawShapes) };
});
vi.mock('../../src/face/face-to-json.js', async (importActual) => {
  const actual = await importActual<typeof import('../../src/face/face-to-json.js')>();
  return { ...actual, faceToJson: noted('write', actual.faceToJson) };
});

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { image } = drawScene({ seed: 7, width: 480, height: 360, faces: 2 });
const jpeg = new Uint8Array(await encodeImage(image, 'jpeg'));

describe('the service with a pool', () => {
  let pool: Pool;
  beforeAll(async () => {
    pool = await createPool({ networks: 'drawn-faces', workers: 2 });
  });
  afterAll(() => pool.close());

  it('answers as the library does', async () => {
    const app = createApp({ service: pool });
    const detected = await app.request('/v1/detect?subpixel', { method: 'POST', body: jpeg });
    const { faces } = await pool.detect(jpeg);
    expect(await detected.json()).toMatchObject({
      image: 'upload',
      width: 480,
      faces: faces.map(({ score, landmarksFloat }) => ({ score, landmarks: landmarksFloat.map(({ x, y }) => [x, y]) })),
    });
    const drawn = await app.request('/v1/overlay', { method: 'POST', body: jpeg });
    expect(await decodeImage(new Uint8Array(await drawn.arrayBuffer()))).toMatchObject({ width: 480, height: 360 });
    expect(await (await app.request('/metrics')).text()).toMatch(/^facial_lmk_faces_total 4$/m);
  });

  it('adds what was asked for to each face', async () => {
    const app = createApp({ service: pool });
    const plain = await (await app.request('/v1/detect', { method: 'POST', body: jpeg })).json();
    const full = await (await app.request('/v1/detect?attributes&crops', { method: 'POST', body: jpeg })).json();
    const { faces } = await pool.detect(jpeg);
    expect(full.faces).toHaveLength(2);
    for (const [i, { attributes, crop, ...rest }] of full.faces.entries()) {
      expect(rest).toEqual(plain.faces[i]);
      const { landmarksFloat } = faces[i];
      expect(attributes).toEqual({
        rollDegrees: rollAngle(landmarksFloat),
        interOcularDistance: interOcularDistance(landmarksFloat),
        eyeOpenness: eyeOpenness(landmarksFloat),
        mouthOpenness: mouthOpenness(landmarksFloat),
        pose: headPose(landmarksFloat) ?? null,
        quality: faceQuality(faces[i], { width: 480, height: 360 }),
      });
      const [, base64] = /^data:image\/png;base64,(.*)$/.exec(crop) as RegExpExecArray;
      const decoded = await decodeImage(Buffer.from(base64, 'base64'));
      expect(Buffer.from(decoded.data).equals(packPixels(imageFromTensor(faces[i].crop, 'bgr'), 'rgb'))).toBe(true);
    }
  });

  it.each([
    ['png', /^\x89PNG/],
    ['webp', /^RIFF....WEBP/s],
    ['svg', /^<svg /],
  ])('draws as %s', async (format, start) => {
    const app = createApp({ service: pool });
    const answer = await app.request(`/v1/overlay?format=${format}`, { method: 'POST', body: jpeg });
    expect(answer.headers.get('content-type')).toBe(format === 'svg' ? 'image/svg+xml' : `image/${format}`);
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toMatch(start);
  });

  it('looks at the size and overlap that were asked for', async () => {
    const app = createApp({ service: pool });
    const ask = async (query: string) =>
      (await (await app.request(`/v1/detect?${query}`, { method: 'POST', body: jpeg })).json()).networks.options;
    expect(await ask('detectorSide=320&iouThreshold=0.7')).toMatchObject({ detectorSide: 320, iouThreshold: 0.7 });
    expect(await ask('minScore=0.6')).toMatchObject({ detectorSide: 640, iouThreshold: 0.4 });
  });

  it('decodes, draws and writes nothing on the thread that answers', async () => {
    const app = createApp({ service: pool });
    onThisThread.length = 0;
    for (const path of ['/v1/detect', '/v1/overlay?indices']) {
      const response = await app.request(path, { method: 'POST', body: jpeg });
      expect([path, response.status]).toEqual([path, 200]);
    }
    expect(onThisThread).toEqual([]);
    // What would be seen of it.
    await drawOverlay(image, (await pool.detect(jpeg)).faces, 'png');
    expect(onThisThread).toEqual(['draw', 'encode']);
  });

  it('ends its work with the request', async () => {
    const app = createApp({ service: pool, timeoutMs: 1 });
    const response = await app.request('/v1/overlay', { method: 'POST', body: jpeg });
    expect(response.status).toBe(503);
    // Nothing of it is left in the way of others.
    expect((await pool.detect(jpeg)).faces).toHaveLength(2);
    expect(pool.waiting).toBe(0);
  });
});

describe('facial-lmk serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-serve-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function serve(options: string[], env: NodeJS.ProcessEnv = {}) {
    const server = spawn(
      process.execPath,
      [main, 'serve', '--networks', 'drawn-faces', '--workers', '1', '--port', '0', ...options],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, ...env },
      },
    );
    const [line] = await once(server.stdout, 'data');
    const end = async () => {
      server.kill('SIGTERM');
      expect(await once(server, 'exit')).toEqual([0, null]);
    };
    return { address: String(line).trim(), end };
  }

  const fails = async (options: string[]): Promise<{ code: number; stderr: string }> =>
    promisify(execFile)(process.execPath, [
      main,
      'serve',
      '--networks',
      'drawn-faces',
      '--workers',
      '1',
      ...options,
    ]).then(
      () => ({ code: 0, stderr: '' }),
      (error) => error,
    );

  it('answers by the access and the limits that it is given', async () => {
    const token = join(folder, 'token');
    writeFileSync(token, 'secret\n');
    const { address, end } = await serve([
      ...['--token-file', token, '--allow-origin', 'https://a.example', '--allow-origin', 'https://b.example'],
      ...['--allow-host', 'faces.example', '--max-faces', '3', '--min-score', '0.2', '--max-bytes', '300000'],
    ]);
    const post = async (query: string, headers: Record<string, string>, body = jpeg) =>
      (await fetch(`${address}/v1/detect${query}`, { method: 'POST', body, headers })).status;
    const authorization = 'Bearer secret';
    expect(await post('', {})).toBe(401);
    expect(await post('', { authorization })).toBe(200);
    expect(await post('', { authorization, origin: 'https://b.example' })).toBe(200);
    expect(await post('', { authorization, origin: 'https://c.example' })).toBe(403);
    expect(await post('?maxFaces=3&minScore=0.2', { authorization })).toBe(200);
    expect(await post('?maxFaces=4', { authorization })).toBe(400);
    expect(await post('?minScore=0.1', { authorization })).toBe(400);
    expect(await post('', { authorization }, new Uint8Array(300_001))).toBe(413);
    await end();
  });

  it('takes the token from the environment', async () => {
    const { address, end } = await serve([], { FACIAL_LMK_TOKEN: 'secret' });
    expect((await fetch(`${address}/metrics`)).status).toBe(401);
    expect((await fetch(`${address}/metrics`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    await end();
  });

  it('listens on IPv6, and under the name of its host', async () => {
    for (const host of ['::1', 'localhost']) {
      const { address, end } = await serve(['--host', host]);
      expect((await fetch(`${address}/v1/ready`)).status).toBe(200);
      await end();
    }
  });

  it('says what keeps it from starting', async () => {
    const { address, end } = await serve([]);
    const taken = await fails(['--port', new URL(address).port]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain(`for ${address} but received EADDRINUSE. Choose another port.`);
    await end();
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    for (const [options, message] of [
      [['--token-file', join(folder, 'missing')], 'ENOENT'],
      [['--token-file', empty], 'letters, digits'],
      [['--allow-origin', 'a.example'], 'an origin like https://example.org'],
      [['--allow-host', 'A.example:80'], 'a host name in small letters'],
      [['--max-faces', '0'], 'an integer from 1'],
      [['--max-pixel', '5'], '(Did you mean --max-pixels?)'],
    ] as const) {
      const { code, stderr } = await fails([...options]);
      expect([options, code]).toEqual([options, 2]);
      expect(stderr).toContain(message);
    }
  });
});
