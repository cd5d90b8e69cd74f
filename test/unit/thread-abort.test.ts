import { describe, expect, it } from 'vitest';
import { threadAbort } from '../../src/node/pool/thread-abort.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import type { PixelImage } from '../../src/types.js';
import { stubDetector, stubLandmarker } from '../support/stub-networks.js';

const newFlag = () => new Int32Array(new SharedArrayBuffer(4));

describe('the abort of a call in its thread', () => {
  it('is seen where the pipeline looks, though no message ever arrives', async () => {
    const flag = newFlag();
    const { signal } = threadAbort(flag);
    const image: PixelImage = { data: new Uint8Array(64 * 64), width: 64, height: 64, channelOrder: 'gray' };
    const detector = stubDetector();
    const infer = detector.infer;
    const networks = {
      // Raised while the network runs, by another thread.
      detector: Object.assign(detector, {
        infer: (input: Parameters<typeof infer>[0]) => {
          flag[0] = 1;
          return infer(input);
        },
      }),
      landmarker: stubLandmarker(),
    };
    await expect(analyzeFaces(networks, image, { signal })).rejects.toThrow(/abort/i);
    expect(signal.aborted).toBe(true);
  });

  it('is a signal like any other', () => {
    const flag = newFlag();
    const controller = threadAbort(flag);
    const { signal } = controller;
    let heard = 0;
    signal.addEventListener('abort', () => heard++);
    signal.throwIfAborted();
    expect(signal).toBeInstanceOf(AbortSignal);
    controller.abort();
    expect(() => signal.throwIfAborted()).toThrow(/abort/i);
    flag[0] = 1;
    expect(() => signal.throwIfAborted()).toThrow(/abort/i);
    expect(heard).toBe(1);
  });
});
