// The pool where calls compete: full queues, aborts at any moment, threads that crash for real.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { QueueFullError, WorkerLostError } from '../../src/errors.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { createPool, type Pool, type PoolOptions } from '../../src/node/pool/create-pool.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { threads } from '../support/pool-threads.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/pool-threads.js')).threadsThatCrash(importActual),
);

const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
const CRASHES = ['crash:throw', 'crash:exit', 'crash:memory'] as const;

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function open(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = await createPool({ networks: 'drawn-faces', workers: 1, ...options });
  pools.push(pool);
  return pool;
}

const facesOf = async (call: ReturnType<Pool['detect']>) => (await call).faces.length;

describe('a stream', () => {
  it.each([
    { workers: 2, maxQueue: 1, concurrency: 8 },
    { workers: 2, maxQueue: 0 },
    { workers: 1, maxQueue: 0, concurrency: 30 },
  ])('waits for room and loses no image: %o', async ({ concurrency, ...options }) => {
    const pool = await open(options);
    const failures = [];
    let seen = 0;
    for await (const { index, error } of pool.stream(Array(24).fill(image), { concurrency, detectorSide: 160 })) {
      expect(index).toBe(seen++);
      if (error) failures.push(error);
    }
    expect(failures).toEqual([]);
    expect(seen).toBe(24);
  });

  it('shares the workers with others in the order of arrival, and leaves their refusals as they were', async () => {
    const pool = await open({ maxQueue: 1 });
    const [first, second] = [pool.detect(image), pool.detect(image)];
    const results = pool.stream([image, image], { concurrency: 2 });
    const streamed = results.next();
    await vi.waitFor(() => expect(pool.waiting).toBe(3));
    await expect(pool.detect(image)).rejects.toThrow(QueueFullError);
    await Promise.all([first, second]);
    expect((await streamed).value?.error).toBeUndefined();
    for await (const { error } of results) expect(error).toBeUndefined();
  });

  it('hears an abort at once while its images wait', async () => {
    const pool = await open({ maxQueue: 0 });
    const running = pool.detect(image);
    const controller = new AbortController();
    const results = pool.stream(Array(4).fill(image), { concurrency: 4, signal: controller.signal });
    const first = results.next();
    await vi.waitFor(() => expect(pool.waiting).toBe(4));
    controller.abort(new Error('changed my mind'));
    expect((await first).value).toMatchObject({ index: 0, error: { message: 'changed my mind' } });
    for await (const { error } of results) expect(error?.message).toBe('changed my mind');
    expect(threads.at(-1)?.answers).toEqual(['ready']);
    expect(await facesOf(running)).toBe(2);
  });
});

describe('room', () => {
  it('goes to those who wait in turn, and no further than there is', async () => {
    const pool = await open({ maxQueue: 1 });
    const order: number[] = [];
    const calls = Array.from({ length: 12 }, async (_, i) => {
      await pool.room();
      order.push(i);
      return facesOf(pool.detect(image, { detectorSide: 160 }));
    });
    await Promise.all(calls);
    expect(order).toEqual([...order.keys()]);
  });

  it('is not kept from others by one who does not use it', async () => {
    const pool = await open({ maxQueue: 0 });
    const running = pool.detect(image);
    const waiters = Array.from({ length: 5 }, () => pool.room());
    await Promise.all([running, ...waiters]);
  });

  it('hears an abort, and wakes those who wait when the pool is closed', async () => {
    const pool = await open({ maxQueue: 0 });
    const running = pool.detect(image);
    const controller = new AbortController();
    const aborted = pool.room({ signal: controller.signal });
    const waiting = pool.room();
    controller.abort(new Error('changed my mind'));
    await expect(aborted).rejects.toThrow('changed my mind');
    await Promise.all([running, waiting, pool.close()]);
    await pool.room();
  });

  it('is there for the next image of one who waits for each result', async () => {
    const pool = await open({ maxQueue: 0 });
    for (let i = 0; i < 5; i++) await pool.detect(image, { detectorSide: 160 });
  });
});

describe('an abort of a call at work', () => {
  it('reaches its thread, which gives the image up and takes the next one', async () => {
    const pool = await open();
    const controller = new AbortController();
    const call = pool.detect(image, { signal: controller.signal });
    const next = pool.detect(image);
    controller.abort();
    await expect(call).rejects.toThrow(/abort/i);
    expect(await facesOf(next)).toBe(2);
    expect(threads.at(-1)?.answers).toEqual(['ready', 'failed', 'done']);
  });

  it('that comes too late does not touch the next image', async () => {
    const pool = await open();
    const controller = new AbortController();
    await pool.detect(image, { signal: controller.signal });
    const next = pool.detect(image);
    controller.abort();
    expect(await facesOf(next)).toBe(2);
  });

  it('by a time limit does the same', async () => {
    const pool = await open();
    const { image: large } = drawScene({ seed: 7, width: 1800, height: 1500, faces: 12 });
    await expect(pool.detect(large, { signal: AbortSignal.timeout(1) })).rejects.toThrow(/timeout/i);
    expect(await facesOf(pool.detect(image))).toBe(2);
    expect(threads.at(-1)?.answers).toEqual(['ready', 'failed', 'done']);
  });
});

describe('a thread that crashes', () => {
  it.each(CRASHES)('costs its own image alone: %s', async (crash) => {
    const pool = await open();
    const lost = pool.detect(crash);
    const next = Array.from({ length: 3 }, () => facesOf(pool.detect(image, { detectorSide: 160 })));
    await expect(lost).rejects.toThrow(WorkerLostError);
    // From the moment that this is known, whatever is asked for waits for the new thread.
    next.push(facesOf(pool.detect(image, { detectorSide: 160 })));
    expect(pool.workers).toBe(0);
    await Promise.all(next);
    expect(pool.workers).toBe(1);
  });

  it('leaves the rest of the pool at work', async () => {
    const pool = await open({ workers: 2, maxQueue: 100 });
    const calls = Array.from({ length: 30 }, (_, i) =>
      pool.detect(i % 10 === 5 ? CRASHES[(i - 5) / 10] : image, { detectorSide: 160 }),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    for (const i of [5, 15, 25]) expect(outcomes[i]).toMatchObject({ reason: { code: 'ERR_WORKER_LOST' } });
  });

  it('does not keep the pool from being closed, with images that wait for the next thread', async () => {
    const pool = await open();
    const lost = pool.detect('crash:throw');
    const accepted = [facesOf(pool.detect(image)), facesOf(pool.detect(image))];
    const closed = pool.close();
    await expect(lost).rejects.toThrow(WorkerLostError);
    await Promise.all([...accepted, closed]);
    expect(pool.workers).toBe(0);
  });

  it('leaves a stream its order and its number of workers', async () => {
    const pool = await open({ maxQueue: 0 });
    await expect(pool.detect('crash:exit')).rejects.toThrow(WorkerLostError);
    const codes = [];
    for await (const { error } of pool.stream([image, 'crash:throw', image, 'crash:memory', image])) {
      codes.push((error as WorkerLostError | undefined)?.code);
    }
    expect(codes).toEqual([undefined, 'ERR_WORKER_LOST', undefined, 'ERR_WORKER_LOST', undefined]);
  });
});

describe('the memory for decoded images', () => {
  it('is shared by the threads: an image that does not fit waits, and any image fits alone', async () => {
    const pool = await open({ workers: 3, imageMemory: 1, maxQueue: 100 });
    const before = threads.length - 3;
    const png = await encodeImage(image, 'png');
    const calls = Array.from({ length: 9 }, () => facesOf(pool.detect(png, { detectorSide: 160 })));
    await Promise.all(calls);
    expect(threads.slice(before).flatMap(({ answers }) => answers.filter((kind) => kind === 'reserve'))).toHaveLength(
      9,
    );
    // Raw pixels are the caller's.
    await pool.detect(image);
    expect(threads.slice(before).flatMap(({ answers }) => answers.filter((kind) => kind === 'reserve'))).toHaveLength(
      9,
    );
  });

  it('is given back by images that fail, are aborted, or lose their thread', async () => {
    const pool = await open({ workers: 2, imageMemory: 1, maxQueue: 100 });
    const png = await encodeImage(image, 'png');
    for (const [round, crash] of CRASHES.entries()) {
      const controller = new AbortController();
      const calls = [png, png.subarray(0, 5000), crash, png].map((input) => pool.detect(input));
      calls.push(pool.detect(png, { signal: controller.signal }));
      setTimeout(() => controller.abort(), 20 * round);
      const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
      expect(outcomes.slice(0, 4)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    }
    // With a thread that waits for its share.
    const controller = new AbortController();
    const running = pool.detect(png);
    const waiting = pool.detect(png, { signal: controller.signal });
    const rejected = expect(waiting).rejects.toThrow(/abort/i);
    const asked = () => threads.flatMap(({ answers }) => answers.filter((kind) => kind === 'reserve')).length;
    const before = asked();
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(before), { interval: 1 });
    controller.abort();
    await Promise.all([running, rejected]);
    expect(await facesOf(pool.detect(png))).toBe(2);
  });
});

describe('threads that cannot be replaced', () => {
  it('are tried again until they can, and meanwhile images are refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-pool-'));
    const { detector, landmarker } = DRAWN_FACES;
    const own = join(folder, 'detector.onnx');
    copyFileSync(detector, own);
    const pool = await open({ detector: own, landmarker, workers: 2 });
    rmSync(own);
    const lost = [pool.detect('crash:throw'), pool.detect('crash:throw'), pool.detect(image)];
    const outcomes = await Promise.allSettled(lost);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'ERR_WORKER_LOST', message: /no new one could start/ } });
    await expect(pool.detect(image)).rejects.toThrow(WorkerLostError);
    expect(pool.workers).toBe(0);
    copyFileSync(detector, own);
    await vi.waitFor(() => expect(pool.workers).toBe(2), { timeout: 20_000 });
    expect(await facesOf(pool.detect(image))).toBe(2);
    rmSync(folder, { recursive: true });
  });
});
