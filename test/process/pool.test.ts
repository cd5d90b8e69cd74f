import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resultToJson } from '../../src/detector/result-to-json.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import {
  ClosedError,
  FileAccessError,
  ImageDecodeError,
  InvalidImageError,
  InvalidOptionError,
  ModelContractError,
  ModelNotFoundError,
  QueueFullError,
  WorkerLostError,
} from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { drawOverlay } from '../../src/node/images/draw-overlay.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import type { PixelImage } from '../../src/types.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { threads } from '../support/watched-threads.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/watched-threads.js')).watchedThreads(importActual),
);

const { image } = drawScene({ seed: 7, width: 480, height: 360, faces: 2 });
const models = DRAWN_FACES;
let pool: Pool;
let png: Uint8Array;

beforeAll(async () => {
  pool = await createPool({ ...models, workers: 2 });
  png = await encodeImage(image, 'png');
});
afterAll(() => pool.close());

describe('Pool', () => {
  it('gives what a detector gives, to the bit', async () => {
    const detector = await FacialLandmarkDetector.load(models);
    const expected = await detector.detect(image);
    const result = await pool.detect(image);
    expect(result.faces).toHaveLength(2);
    expect(result.faces.map(({ crop, imageToCrop, ...face }) => [face, [...crop.data], [...imageToCrop.data]])).toEqual(
      expected.faces.map(({ crop, imageToCrop, ...face }) => [face, [...crop.data], [...imageToCrop.data]]),
    );
    expect(result.image).toEqual(expected.image);
    expect(JSON.stringify({ ...result.toJSON(), timings: 0 })).toBe(
      JSON.stringify({ ...expected.toJSON(), timings: 0 }),
    );
    expect((await pool.run(image)).lmks.data).toEqual((await detector.run(image)).lmks.data);
    await detector.close();
  });

  it('writes its results as JSON, and draws them, as the library does', async () => {
    const result = await pool.detect(png, { withPixels: true, minScore: 0.3 });
    for (const subpixel of [false, true]) {
      const { bytes, faces } = await pool.detectJson(png, { name: 'bytes', subpixel, minScore: 0.3 });
      expect(faces).toBe(2);
      const json = JSON.parse(new TextDecoder().decode(bytes));
      expect({ ...json, timings: 0 }).toEqual({ ...resultToJson(result, { subpixel, name: 'bytes' }), timings: 0 });
    }
    for (const drawing of [{}, { indices: true }, { legend: true }]) {
      const { bytes, faces } = await pool.detectOverlay(png, 'png', { ...drawing, minScore: 0.3 });
      expect(faces).toBe(2);
      const drawn = await drawOverlay(result.pixels as PixelImage, result.faces, 'png', drawing);
      expect(Buffer.from(bytes).equals(drawn)).toBe(true);
    }
  });

  it('refuses what it can neither write nor draw before it works', async () => {
    await expect(pool.detectOverlay(png, 'bmp' as never)).rejects.toMatchObject({ subject: 'format' });
    await expect(pool.detectOverlay(png, 'png', { subpixel: true } as never)).rejects.toThrow(InvalidOptionError);
    await expect(pool.detectJson(png, { subpixel: 1 as never })).rejects.toMatchObject({ subject: 'subpixel' });
    await expect(pool.detectJson(png.subarray(0, 500))).rejects.toThrow(ImageDecodeError);
  });

  it('hears the abort of an overlay', async () => {
    const controller = new AbortController();
    const drawing = pool.detectOverlay(png, 'png', { indices: true, signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(drawing).rejects.toThrow('stop');
    expect((await pool.detectOverlay(png, 'jpeg')).faces).toBe(2);
  });

  it("takes every kind of input and leaves the caller's memory alone", async () => {
    const before = Buffer.from(png);
    expect((await pool.detect(png)).faces).toHaveLength(2);
    expect(Buffer.compare(png, before)).toBe(0);
    const shared: PixelImage = { ...image, data: new Uint8Array(new SharedArrayBuffer(image.data.length)) };
    shared.data.set(image.data);
    expect((await pool.detect(shared)).faces).toHaveLength(2);
    expect(image.data.byteLength).toBeGreaterThan(0);
  });

  it('takes over memory that is handed to it where it can be moved, and copies the rest', async () => {
    const given: PixelImage = { ...image, data: image.data.slice() };
    expect((await pool.detect(given, { handOver: true })).faces).toHaveLength(2);
    expect(given.data.byteLength).toBe(0);
    const bytes = Uint8Array.from(png);
    expect((await pool.run(bytes, { handOver: true })).scores.shape).toEqual([2]);
    expect(bytes.byteLength).toBe(0);

    const { length } = image.data;
    const part = new Uint8Array(new ArrayBuffer(length + 1), 1);
    const shared = new Uint8Array(new SharedArrayBuffer(length));
    const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(length / 65536) });
    // Its length is a whole number of pages: the rows of an image that fills it.
    const wasm = new Uint8Array(buffer);
    for (const data of [part, shared]) {
      data.set(image.data);
      expect((await pool.detect({ ...image, data }, { handOver: true })).faces).toHaveLength(2);
      expect(data.byteLength).toBe(length);
    }
    const gray: PixelImage = { data: wasm, width: 256, height: wasm.length / 256, channelOrder: 'gray' };
    expect((await pool.detect(gray, { handOver: true })).faces).toHaveLength(0);
    expect(wasm.byteLength).toBe(buffer.byteLength);
  });

  it('passes errors on with their class, code and fields', async () => {
    const damaged = pool.detect(png.subarray(0, 500));
    await expect(damaged).rejects.toThrow(ImageDecodeError);
    await expect(damaged).rejects.toMatchObject({ code: 'ERR_IMAGE_DECODE', name: 'ImageDecodeError' });
    await expect(pool.detect(image, { minScore: 7 })).rejects.toMatchObject({ subject: 'minScore' });
    await expect(pool.detect({ ...image, width: 1e5 })).rejects.toThrow(InvalidImageError);
    await expect(pool.detect(5 as never)).rejects.toThrow(InvalidOptionError);
    await expect(pool.detect(image, null as never)).rejects.toThrow(InvalidOptionError);
    await expect(pool.detect(image, { signal: 'x' as never })).rejects.toThrow(InvalidOptionError);
    await expect(pool.detect(image, { minScore: (() => 1) as never })).rejects.toThrow(InvalidOptionError);
    await expect(pool.stream(null as never).next()).rejects.toThrow(InvalidOptionError);
    expect((await pool.detect(image)).faces).toHaveLength(2);
  });

  it('takes two hundred calls at once, as many as its queue allows', async () => {
    const wide = await createPool({ ...models, workers: 2, maxQueue: 200 });
    const all = await Promise.all(Array.from({ length: 200 }, () => wide.detect(image, { detectorSide: 160 })));
    expect(all.every(({ image: { width } }) => width === image.width)).toBe(true);
    await wide.close();
  });

  it('refuses what its queue does not hold, and tells when there is room', async () => {
    const narrow = await createPool({ ...models, workers: 1, maxQueue: 1 });
    const [first, second] = [narrow.detect(image), narrow.detect(image)];
    expect(narrow.waiting).toBe(1);
    await expect(narrow.detect(image)).rejects.toThrow(QueueFullError);
    await narrow.room();
    const third = narrow.detect(image);
    expect((await Promise.all([first, second, third])).map(({ faces }) => faces.length)).toEqual([2, 2, 2]);
    await narrow.close();
  });

  it('refuses options and models that are wrong, and leaves no thread behind', async () => {
    await expect(createPool(null as never)).rejects.toThrow(InvalidOptionError);
    await expect(FacialLandmarkDetector.load(null as never)).rejects.toThrow(InvalidOptionError);
    await expect(createPool({ ...models, workers: 0 })).rejects.toThrow(InvalidOptionError);
    await expect(createPool({ ...models, detector: 'none.onnx' })).rejects.toThrow(ModelNotFoundError);
    await expect(createPool({ ...models, detector: models.landmarker })).rejects.toThrow(ModelContractError);
  });

  it('runs the script that it is told to, and says where it is missing or another one', async () => {
    const script = new URL('../../dist/node/pool/pool-thread.js', import.meta.url);
    for (const workerUrl of [script, script.href, fileURLToPath(script)]) {
      await using told = await createPool({ ...models, workers: 1, workerUrl });
      expect((await told.detect(image)).faces).toHaveLength(2);
    }
    const missing = createPool({ ...models, workers: 2, workerUrl: 'missing.js' });
    await expect(missing).rejects.toThrow(/Expected the script that they run .*missing\.js.*`workerUrl` says where/);
    const other = new URL('../support/another-thread.mjs', import.meta.url);
    const foreign = await createPool({ ...models, workers: 1, workerUrl: other }).catch((error: unknown) => error);
    expect(foreign).toBeInstanceOf(FileAccessError);
    expect(String(foreign)).toContain('another script');
    const remote = new URL('https://example.org/');
    await expect(createPool({ ...models, workerUrl: remote })).rejects.toThrow(InvalidOptionError);
    await expect(createPool({ ...models, workerUrl: 7 as never })).rejects.toThrow(InvalidOptionError);
  });
});

describe('Pool: aborts', () => {
  it('a call that waits leaves the queue at once', async () => {
    const narrow = await createPool({ ...models, workers: 1 });
    const running = narrow.detect(image);
    const controller = new AbortController();
    const waiting = narrow.detect(image, { signal: controller.signal });
    expect(narrow.waiting).toBe(1);
    controller.abort(new Error('changed my mind'));
    await expect(waiting).rejects.toThrow('changed my mind');
    expect(narrow.waiting).toBe(0);
    expect((await running).faces).toHaveLength(2);
    await narrow.close();
  });

  it('a call at work rejects at once, and its thread goes on', async () => {
    const narrow = await createPool({ ...models, workers: 1 });
    const controller = new AbortController();
    const running = narrow.detect(image, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toThrow(/abort/i);
    expect((await narrow.detect(image)).faces).toHaveLength(2);
    expect(narrow.workers).toBe(1);
    await narrow.close();
  });

  it('a call with a signal that is aborted already does nothing', async () => {
    await expect(pool.detect(image, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
});

describe('Pool: a thread that dies', () => {
  it('fails its job with a typed error, is replaced, and the queue goes on', async () => {
    const before = threads.length;
    const narrow = await createPool({ ...models, workers: 1 });
    const thread = threads[before];
    const lost = narrow.detect(image);
    const next = narrow.detect(image);
    // Ending it for real while a network runs would abort this process: it is only said to have ended.
    thread.emit('exit', 1);
    await expect(lost).rejects.toThrow(WorkerLostError);
    expect((await next).faces).toHaveLength(2);
    expect(narrow.workers).toBe(1);
    expect(threads).toHaveLength(before + 2);
    await narrow.close();
    thread.postMessage({ kind: 'close' });
  });
});

describe('Pool.close', () => {
  it('finishes what was accepted, refuses what comes later, and can be repeated', async () => {
    const own = await createPool({ ...models, workers: 2 });
    const calls = Array.from({ length: 6 }, () => own.detect(image));
    const closed = own.close();
    await expect(own.detect(image)).rejects.toThrow(ClosedError);
    expect((await Promise.all(calls)).every(({ faces }) => faces.length === 2)).toBe(true);
    await closed;
    await own.close();
    expect(own.workers).toBe(0);
    await expect(own.detect(image)).rejects.toThrow(ClosedError);
  });
});
