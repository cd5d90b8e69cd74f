// The tracker of a pool: the numbers of one detector, and what becomes of its frames when threads die, calls are aborted, or it is closed.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ClosedError, InvalidOptionError, WorkerLostError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import type { TrackedFace } from '../../src/tracking/tracks.js';
import { threads } from '../support/pool-threads.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/pool-threads.js')).threadsThatCrash(importActual),
);

const NETWORKS = { networks: 'drawn-faces' } as const;
const SIDE = { detectorSide: 320 } as const;
const RATE = 30;

/** Two faces that move and turn; the second one jumps at frame 7, too far to be followed, and is away from frame 14 to 20. */
const FRAMES = Array.from({ length: 24 }, (_, i) => {
  const placements = [
    { center: { x: 100 + 3 * i, y: 110 }, size: 90, rollRadians: 0.02 * i },
    { center: { x: 360 - 2 * i - (i < 7 ? 0 : 40), y: 200 }, size: 100, rollRadians: -0.02 * i },
  ];
  const faces = i >= 14 && i <= 20 ? placements.slice(0, 1) : placements;
  return drawScene({ seed: 1, width: 480, height: 320, placements: faces }).image;
});

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});
async function open(workers = 1): Promise<Pool> {
  const pool = await createPool({ ...NETWORKS, workers, threadsPerWorker: 1 });
  pools.push(pool);
  return pool;
}

/** Everything about faces, their crops and matrices too, as plain values. */
const all = (faces: readonly TrackedFace[]) =>
  faces.map(({ crop, imageToCrop, cropToImage, ...face }) => ({
    ...face,
    crop: Buffer.from(crop.data).toString('base64'),
    matrices: [[...imageToCrop.data], [...cropToImage.data]],
  }));
const ids = (faces: readonly TrackedFace[]) => faces.map(({ id }) => id).sort();

describe('the tracker of a pool', () => {
  it.each([
    { detectEvery: 5, workers: 1 },
    { detectEvery: 5, workers: 2 },
    { detectEvery: 1, workers: 2 },
    { detectEvery: 3, workers: 1, smoothing: false as const, landmarkChannelOrder: 'rgb' as const },
  ])('gives the ids and all the numbers that one detector gives, to the bit: %o', async ({ workers, ...options }) => {
    await using detector = await FacialLandmarkDetector.load({ ...NETWORKS, threads: 1 });
    const [one, other] = [
      detector.createTracker({ ...SIDE, ...options }),
      (await open(workers)).createTracker({ ...SIDE, ...options }),
    ];
    const expected = [];
    for (const [i, frame] of FRAMES.entries()) expected.push(all(await one.track(frame, i / RATE)));
    // All at once: they take their turns.
    const results = await Promise.all(FRAMES.map((frame, i) => other.track(frame, i / RATE)));
    expect(results.map(all)).toEqual(expected);
    expect(new Set(expected.map((faces) => faces.length))).toEqual(new Set([1, 2]));
    // Both ways were gone: faces were followed, and looked for anew where that failed.
    const asked = threads.slice(-workers).flatMap(({ answers }) => answers);
    const found = asked.filter((kind) => kind === 'done').length;
    if (options.detectEvery === 1) expect(found).toBe(FRAMES.length);
    else expect(found).toBeGreaterThan(Math.ceil(FRAMES.length / options.detectEvery));
    expect(asked.includes('followed')).toBe(options.detectEvery > 1);
  });

  it('leaves the pixels of a frame as they are, and takes frames of every kind', async () => {
    const tracker = (await open()).createTracker(SIDE);
    const png = Uint8Array.from(await encodeImage(FRAMES[0], 'png'));
    const inputs = [FRAMES[0], png, new Blob([png]), new Blob([png]).stream(), png.slice().buffer, FRAMES[0]];
    for (const input of inputs) expect(ids(await tracker.track(input))).toEqual([1, 2]);
    expect(FRAMES[0].data.byteLength).toBe(480 * 320 * 3);
  });

  it.each(['crash:throw', 'crash:exit'])(
    'loses one frame with a thread, says so, and keeps the ids: %s',
    async (crash) => {
      const tracker = (await open()).createTracker(SIDE);
      const inputs = [FRAMES[0], FRAMES[1], crash, FRAMES[3], FRAMES[4]];
      const calls = inputs.map((input, i) => tracker.track(input, i / RATE));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      await expect(calls[2]).rejects.toThrow(WorkerLostError);
      for (const i of [0, 1, 3, 4]) expect(ids(await calls[i])).toEqual([1, 2]);
    },
  );

  it.each([5, 1])('hears an abort at once, and goes on with the next frame (detectEvery %i)', async (detectEvery) => {
    const tracker = (await open()).createTracker({ ...SIDE, detectEvery });
    expect(ids(await tracker.track(FRAMES[0], 0))).toEqual([1, 2]);
    const controller = new AbortController();
    const calls = [1, 2, 3].map((i) => tracker.track(FRAMES[i], i / RATE, { signal: controller.signal }));
    const late = tracker.track(FRAMES[4], 4 / RATE);
    const order: string[] = [];
    const aborted = calls.map((call) => call.catch(({ message }) => order.push(message)));
    const done = late.then(() => order.push('done'));
    controller.abort(new Error('changed my mind'));
    await Promise.all([...aborted, done]);
    expect(order).toEqual([...Array(3).fill('changed my mind'), 'done']);
    expect(ids(await late)).toEqual([1, 2]);
    const before = tracker.track(FRAMES[5], 5 / RATE, { signal: controller.signal });
    await expect(before).rejects.toThrow('changed my mind');
  });

  it('lets frames under way finish when it or its pool is closed, and refuses later ones', async () => {
    const pool = await open();
    const [one, other] = [pool.createTracker(SIDE), pool.createTracker(SIDE)];
    const calls = [one.track(FRAMES[0]), one.track(FRAMES[1])];
    await one.close();
    expect((await Promise.all(calls)).map(ids)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await expect(one.track(FRAMES[2])).rejects.toThrow(ClosedError);
    const last = [other.track(FRAMES[0]), other.track(FRAMES[1])];
    await pool.close();
    expect((await Promise.all(last)).map(ids)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await expect(other.track(FRAMES[2])).rejects.toThrow(ClosedError);
  });

  it('waits at the close for a thread whose frame was aborted', async () => {
    const pool = await open();
    // Passes over tiles take the thread long enough to be found at work.
    const { image } = drawScene({ seed: 1, width: 4000, height: 3000, faces: 1 });
    const tracker = pool.createTracker({ recall: 'thorough' });
    const controller = new AbortController();
    const call = tracker.track(image, 0, { signal: controller.signal }).catch(({ message }) => message);
    await vi.waitFor(() => expect(threads.at(-1)?.inputs).toHaveLength(1), { interval: 1 });
    controller.abort(new Error('stop'));
    expect(await call).toBe('stop');
    expect(threads.at(-1)?.answers).toEqual(['ready']);
    await pool.close();
    expect(threads.at(-1)?.answers).toEqual(['ready', 'failed']);
  });

  it('begins anew after a reset, with other ids, between the calls before and after', async () => {
    const tracker = (await open()).createTracker(SIDE);
    const first = tracker.track(FRAMES[0], 5);
    tracker.reset();
    const second = tracker.track(FRAMES[0], 0);
    expect([ids(await first), ids(await second)]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await expect(tracker.track(FRAMES[1], -1)).rejects.toThrow(InvalidOptionError);
  });

  it('refuses what it does not know', async () => {
    const pool = await open();
    expect(() => pool.createTracker({ detectEvry: 2 } as object)).toThrow(/detectEvery/);
    expect(() => pool.createTracker({ signal: new AbortController().signal } as object)).toThrow(InvalidOptionError);
    const tracker = pool.createTracker(SIDE);
    await expect(tracker.track(FRAMES[0], 0, { handOver: true } as object)).rejects.toThrow(InvalidOptionError);
    await expect(tracker.track(42 as never)).rejects.toThrow(InvalidOptionError);
    expect(ids(await tracker.track(FRAMES[0], 0))).toEqual([1, 2]);
  });
});
