import { describe, expect, it } from 'vitest';
import { FaceDetector, type Platform } from '../../src/detector/face-detector.js';
import { Semaphore } from '../../src/runtime/semaphore.js';
import type { PixelImage } from '../../src/types.js';
import { RECEIPT } from '../support/receipt.js';
import { stubDetector, stubLandmarker } from '../support/stub-networks.js';

const image: PixelImage = { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64, channelOrder: 'rgb' };

/** What a network has that a runtime holds open. */
const OPENED = {
  runtime: { name: 'stub', version: '0', provider: 'stub' },
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/** Time for everything that can go on without the test to do so. */
const idle = () => new Promise((resolve) => setImmediate(resolve));

/** A detector whose network waits for the test, and what its calls have taken so far. */
function slowDetector(platform: Partial<Platform<PixelImage, { signal?: AbortSignal }>> = {}) {
  const detector = stubDetector();
  const waiting: (() => void)[] = [];
  const inputs = new Set<ArrayBufferLike>();
  const seen = { read: 0, run: 0 };
  const target = new FaceDetector<PixelImage, { signal?: AbortSignal }>({
    detector: {
      ...detector,
      ...OPENED,
      async infer(input) {
        seen.run++;
        inputs.add(input.data.buffer);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return detector.infer(input);
      },
    },
    landmarker: { ...stubLandmarker(), ...OPENED },
    readOptions: {},
    identity: RECEIPT,
    version: RECEIPT.version,
    async readPixels(pixels) {
      seen.read++;
      return { pixels, name: 'stub', decoder: 'none' };
    },
    ...platform,
  });
  return {
    target,
    seen,
    inputs,
    /** Lets the oldest network run end. */
    async finish() {
      while (waiting.length === 0) await idle();
      waiting.shift()?.();
    },
  };
}

describe('many calls of one detector at once', () => {
  it('take an image and a network input only when it is their turn', async () => {
    const { target, seen, inputs, finish } = slowDetector();
    const calls = Array.from({ length: 100 }, () => target.detect(image));
    await idle();
    expect(seen.read).toBeLessThan(10);
    expect(seen.run).toBeLessThan(10);
    for (const call of calls) {
      await finish();
      expect((await call).faces).toHaveLength(1);
    }
    expect(seen).toEqual({ read: 100, run: 100 });
    expect(inputs.size).toBeLessThan(10);
  });

  it('hear an abort at once while they wait, and then take nothing', async () => {
    const { target, seen, finish } = slowDetector();
    const running = Array.from({ length: 8 }, () => target.detect(image));
    const controller = new AbortController();
    const waiting = target.detect(image, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(waiting).rejects.toThrow('changed my mind');
    for (const call of running) {
      await finish();
      await call;
    }
    await target.close();
    expect(seen).toEqual({ read: 8, run: 8 });
  });

  it('decode no more at once than the memory for images holds, and a larger image alone', async () => {
    const imageMemory = new Semaphore(10);
    const decoded: number[] = [];
    const { target, finish } = slowDetector({
      imageMemory,
      async readPixels(pixels, _, reserve) {
        await reserve(pixels.width);
        decoded.push(pixels.width);
        return { pixels: { ...image, rowStride: 192 }, name: 'stub', decoder: 'stub' };
      },
    });
    const calls = [4, 6, 1000, 5].map((width) => target.detect({ ...image, width }));
    await idle();
    expect(decoded).toEqual([4, 6]);
    await finish();
    await finish();
    await Promise.all(calls.slice(0, 2));
    await idle();
    expect(decoded).toEqual([4, 6, 1000]);
    await finish();
    await finish();
    await Promise.all(calls);
    expect(decoded).toEqual([4, 6, 1000, 5]);
  });

  it('give their memory back when they fail or are aborted', async () => {
    const imageMemory = new Semaphore(10);
    const { target } = slowDetector({
      imageMemory,
      async readPixels(_, { signal }, reserve) {
        await reserve(10);
        signal?.throwIfAborted();
        throw new Error('damaged');
      },
    });
    await expect(target.detect(image)).rejects.toThrow('damaged');
    const controller = new AbortController();
    const release = await imageMemory.acquire(10);
    const waiting = target.detect(image, { signal: controller.signal });
    await idle();
    controller.abort(new Error('changed my mind'));
    await expect(waiting).rejects.toThrow('changed my mind');
    release();
    await expect(target.detect(image)).rejects.toThrow('damaged');
    await target.close();
  });
});

describe('a tracker of a detector', () => {
  it('takes frames in the order of the calls, also when one takes longer to read', async () => {
    const order: number[] = [];
    const { target } = slowDetector({
      detector: { ...stubDetector(), ...OPENED },
      async readPixels(pixels) {
        if (pixels.width === 64) await new Promise((resolve) => setTimeout(resolve, 50));
        order.push(pixels.width);
        return { pixels, name: 'stub', decoder: 'none' };
      },
    });
    const tracker = target.createTracker();
    const frame = (width: number) => ({ ...image, width, data: new Uint8Array(width * 64 * 3) });
    await Promise.all([tracker.track(frame(64), 1), tracker.track(frame(65), 2), tracker.track(frame(66), 3)]);
    expect(order).toEqual([64, 65, 66]);
    await expect(tracker.track(image, 1)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
    tracker.reset();
    expect(await tracker.track(image, 1)).toHaveLength(1);
  });

  it('ends by itself, and with its detector', async () => {
    const { target } = slowDetector({ detector: { ...stubDetector(), ...OPENED } });
    const [one, other] = [target.createTracker(), target.createTracker()];
    await one.close();
    await expect(one.track(image)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await other.track(image)).toHaveLength(1);
    await target.close();
    await expect(other.track(image)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('refuses options that it does not know at once', () => {
    const { target } = slowDetector();
    expect(() => target.createTracker({ detectEvry: 2 } as object)).toThrow(/detectEvery/);
  });
});
