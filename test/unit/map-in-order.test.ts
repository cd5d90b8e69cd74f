import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapInOrder } from '../../src/detector/map-in-order.js';
import { InvalidOptionError } from '../../src/errors.js';

/** A promise that the test settles itself. */
function deferred<T>() {
  let settle = { resolve: (_: T) => {}, reject: (_: Error) => {} };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, ...settle };
}

/** Time for everything that can go on without the test to do so. */
const idle = () => new Promise((resolve) => setImmediate(resolve));

/** A live source: its inputs come when the test says so. */
function liveSource() {
  const asked: ReturnType<typeof deferred<IteratorResult<number, undefined>>>[] = [];
  let closed = 0;
  return {
    asked,
    get closed() {
      return closed;
    },
    [Symbol.asyncIterator]: () => ({
      next() {
        const input = deferred<IteratorResult<number, undefined>>();
        asked.push(input);
        return input.promise;
      },
      async return(): Promise<IteratorResult<number, undefined>> {
        closed++;
        return { done: true, value: undefined };
      },
    }),
  };
}

describe('mapInOrder', () => {
  it('hands a result out while the source keeps the next input to itself', async () => {
    const source = liveSource();
    const results = mapInOrder(source, 4, async (input) => input * 10);
    const first = results.next();
    await idle();
    source.asked[0].resolve({ done: false, value: 1 });
    expect(await first).toEqual({ done: false, value: 10 });
    expect(source.asked).toHaveLength(2);
  });

  it('starts a job as soon as its input comes, whether or not the caller asks for results', async () => {
    const source = liveSource();
    const started: number[] = [];
    const results = mapInOrder(source, 2, async (input) => started.push(input));
    const first = results.next();
    await idle();
    source.asked[0].resolve({ done: false, value: 1 });
    await first;
    source.asked[1].resolve({ done: false, value: 2 });
    await idle();
    expect(started).toEqual([1, 2]);
  });

  it('leaves a source that is silent at once, closes it, and drops what it still brings', async () => {
    const source = liveSource();
    const started: number[] = [];
    const results = mapInOrder(source, 2, async (input) => started.push(input));
    const first = results.next();
    await idle();
    source.asked[0].resolve({ done: false, value: 1 });
    await first;
    await idle();
    expect(source.asked).toHaveLength(2);
    expect(await results.return()).toEqual({ done: true, value: undefined });
    expect(source.closed).toBe(1);
    source.asked[1].resolve({ done: false, value: 2 });
    await idle();
    expect(started).toEqual([1]);
  });

  it('waits for running jobs when the caller stops early', async () => {
    const jobs = [deferred<string>(), deferred<string>(), deferred<string>()];
    const results = mapInOrder([0, 1, 2], 3, (i) => jobs[i].promise);
    const first = results.next();
    jobs[0].resolve('first');
    await first;
    let left = false;
    const leaving = results.return().then(() => {
      left = true;
    });
    await idle();
    expect(left).toBe(false);
    jobs[1].resolve('second');
    jobs[2].reject(new Error('too late to matter'));
    await leaving;
  });

  it('hands out what was found before the source failed, then its failure', async () => {
    async function* source() {
      yield 1;
      yield 2;
      throw new Error('the disk is gone');
    }
    const seen: number[] = [];
    const read = async () => {
      for await (const result of mapInOrder(source(), 4, async (input) => input)) seen.push(result);
    };
    await expect(read()).rejects.toThrow('the disk is gone');
    expect(seen).toEqual([1, 2]);
  });

  it('ends at a job that fails, closes the source and waits for the others', async () => {
    let closed = false;
    function* source() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const others: number[] = [];
    const results = mapInOrder(source(), 3, async (i) => {
      await idle();
      if (i === 0) throw new Error('a bug');
      await idle();
      return others.push(i);
    });
    await expect(results.next()).rejects.toThrow('a bug');
    expect({ closed, others: others.length }).toEqual({ closed: true, others: 2 });
  });

  it("passes on a source's failure to close, unless something failed before", async () => {
    const source = () => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('cannot close');
        },
      }),
    });
    const results = mapInOrder(source() as Iterable<number>, 1, async (i) => i);
    await results.next();
    await expect(results.return()).rejects.toThrow('cannot close');
    const failing = mapInOrder(source() as Iterable<number>, 1, () => Promise.reject(new Error('a bug')));
    await expect(failing.next()).rejects.toThrow('a bug');
  });

  it('takes promises among the inputs, as for await does', async () => {
    const results = [];
    for await (const result of mapInOrder([Promise.resolve(1), 2], 2, async (i) => (await i) + 1)) results.push(result);
    expect(results).toEqual([2, 3]);
  });

  it('refuses what cannot be iterated', async () => {
    for (const inputs of [null, 5, 'photo.jpg', {}]) {
      await expect(mapInOrder(inputs as never, 1, async () => 1).next()).rejects.toThrow(InvalidOptionError);
    }
  });

  it('keeps order, number and bound for any pace of source, jobs and caller', async () => {
    const paces = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(paces, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (steps, concurrency, lazy) => {
        const wait = async (turns: number) => {
          for (let i = 0; i < turns; i++) await idle();
        };
        let running = 0;
        let most = 0;
        let held = 0;
        let mostHeld = 0;
        async function* source() {
          for (const [i, [pace]] of steps.entries()) {
            await wait(pace);
            yield i;
          }
        }
        const job = async (i: number) => {
          most = Math.max(most, ++running);
          mostHeld = Math.max(mostHeld, ++held);
          await wait(steps[i][1]);
          running--;
          return i;
        };
        const seen: number[] = [];
        for await (const i of mapInOrder(lazy ? steps.keys() : source(), concurrency, job)) {
          held--;
          seen.push(i);
          await wait(steps[i][2]);
        }
        expect(seen).toEqual([...steps.keys()]);
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(mostHeld).toBeLessThanOrEqual(concurrency + 1);
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
