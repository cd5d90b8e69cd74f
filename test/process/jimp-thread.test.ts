// What happens to the one thread that jimp runs in when calls are aborted and when it dies.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ImageDecodeError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { decodeImage, readImageStream } from '../../src/node/images/image-file.js';
import { decodeWithJimp } from '../../src/node/images/jimp/decode-with-jimp.js';
import { fixture } from '../support/fixtures.js';
import { threads } from '../support/watched-threads.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/watched-threads.js')).watchedThreads(importActual),
);

const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
let png: Uint8Array;
beforeAll(async () => {
  png = await encodeImage(image, 'png');
});

/**
 * Under the name of a format that is not looked at first, this reaches utif2, which never comes back from it. The header
 * allows it 40 minutes, longer than any test may take.
 */
const hang = (signal?: AbortSignal) =>
  decodeWithJimp(
    new Uint8Array(fixture('regressions/image/utif2-hangs-on-lzw.tif')),
    { format: 'webp', width: 40_000, height: 30_000 },
    2e9,
    signal,
  );

/** Time for the thread to take its job up. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 100));

describe('the thread of jimp', () => {
  it('is ended by an abort of the image that it decodes, and the next image decodes', async () => {
    const controller = new AbortController();
    const stuck = hang(controller.signal);
    const waiting = decodeImage(png, { decoder: 'jimp' });
    await moment();
    controller.abort(new Error('changed my mind'));
    await expect(stuck).rejects.toThrow('changed my mind');
    expect(await waiting).toMatchObject({ width: 360, decoder: 'jimp' });
  });

  it('is left alone by an abort of an image that waits for it, which is heard at once', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const stuck = hang(first.signal);
    const waiting = decodeImage(png, { decoder: 'jimp', signal: second.signal });
    await moment();
    second.abort(new Error('second'));
    await expect(waiting).rejects.toThrow('second');
    first.abort(new Error('first'));
    await expect(stuck).rejects.toThrow('first');
  });

  it('is ended by an abort of the call that wanted the faces', async () => {
    const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    const before = threads.length;
    const controller = new AbortController();
    const stuck = hang(controller.signal);
    const call = detector.detect(png, { decoder: 'jimp', signal: controller.signal });
    const rejections = [stuck, call].map((promise) => expect(promise).rejects.toThrow('both'));
    await moment();
    controller.abort(new Error('both'));
    await Promise.all(rejections);
    expect((await detector.detect(png, { decoder: 'jimp' })).faces.length).toBe(2);
    expect(threads.length).toBeGreaterThan(before);
    await detector.close();
  });

  it('fails its image when it dies, with or without a word, and is replaced', async () => {
    const stuck = hang();
    await moment();
    // Nothing native runs in it, so it can be ended for real.
    await threads.at(-1)?.terminate();
    await expect(stuck).rejects.toThrow('ended');
    expect(await decodeImage(png, { decoder: 'jimp' })).toMatchObject({ width: 360 });
  });
});

describe('an abort', () => {
  it('before an image is decoded is heard by every decoder, with its own reason', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    for (const decoder of ['sharp', 'jimp'] as const) {
      await expect(decodeImage(png, { decoder, signal })).rejects.toThrow('before');
    }
    await expect(decodeImage(png.subarray(0, 500), { signal })).rejects.not.toThrow(ImageDecodeError);
  });

  it('is heard while a stream is silent', async () => {
    const controller = new AbortController();
    let closed = false;
    async function* silent() {
      try {
        yield png.subarray(0, 100);
        await new Promise((resolve) => setTimeout(resolve, 500));
        yield png.subarray(100);
        yield png;
      } finally {
        closed = true;
      }
    }
    const reading = readImageStream(silent(), { signal: controller.signal });
    await moment();
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await vi.waitFor(() => expect(closed).toBe(true));
  });
});
