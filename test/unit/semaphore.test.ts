import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Semaphore } from '../../src/runtime/semaphore.js';

/** Time for everything that can go on without the test to do so. */
const idle = () => new Promise((resolve) => setImmediate(resolve));

describe('Semaphore', () => {
  it('admits as many as fit, then in order', async () => {
    const semaphore = new Semaphore(2);
    const admitted: string[] = [];
    const enter = async (name: string) => {
      const release = await semaphore.acquire(1);
      admitted.push(name);
      return release;
    };
    const [first, , third] = [enter('a'), enter('b'), enter('c'), enter('d')];
    await idle();
    expect(admitted).toEqual(['a', 'b']);
    (await first)();
    // Twice gives back once.
    (await first)();
    await idle();
    expect(admitted).toEqual(['a', 'b', 'c']);
    (await third)();
    await idle();
    expect(admitted).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serves waiting jobs in order whatever their size, and runs a job larger than the limit alone', async () => {
    const semaphore = new Semaphore(10);
    const small = await semaphore.acquire(1);
    let large: (() => void) | undefined;
    let behind = false;
    semaphore.acquire(1000).then((release) => {
      large = release;
    });
    semaphore.acquire(1).then(() => {
      behind = true;
    });
    await idle();
    expect({ large, behind }).toEqual({ large: undefined, behind: false });
    small();
    await idle();
    expect(large).toBeDefined();
    expect(behind).toBe(false);
    large?.();
    await idle();
    expect(behind).toBe(true);
  });

  it('takes an aborted job out of the queue, and goes on with those behind it', async () => {
    const semaphore = new Semaphore(2);
    const release = await semaphore.acquire(1);
    const controller = new AbortController();
    const large = semaphore.acquire(2, controller.signal);
    const small = semaphore.acquire(1);
    controller.abort(new Error('changed my mind'));
    await expect(large).rejects.toThrow('changed my mind');
    (await small)();
    release();
    await expect(semaphore.acquire(1, controller.signal)).rejects.toThrow('changed my mind');
    // Once admitted, an abort takes nothing back.
    const late = new AbortController();
    const held = await semaphore.acquire(2, late.signal);
    late.abort();
    held();
    await semaphore.acquire(2);
  });

  it('gives the share back when the job fails', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.run(1, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    expect(await semaphore.run(1, async () => 'next')).toBe('next');
  });

  it('never gives away more than there is, and all of it in the end', async () => {
    const jobs = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(3), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(jobs, async (plan) => {
        const semaphore = new Semaphore(8);
        let [used, most] = [0, 0];
        const outcomes = plan.map(async ([amount, turns, aborts]) => {
          const controller = new AbortController();
          if (aborts) setImmediate(() => controller.abort());
          const job = async () => {
            used += Math.min(amount, 8);
            most = Math.max(most, used);
            for (let i = 0; i < turns; i++) await idle();
            used -= Math.min(amount, 8);
          };
          await semaphore.run(amount, job, controller.signal).catch(() => undefined);
        });
        await Promise.all(outcomes);
        expect(most).toBeLessThanOrEqual(8);
        await semaphore.run(8, async () => expect(used).toBe(0));
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
