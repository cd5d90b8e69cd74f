import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';

/**
 * Does a job for every input, several at once, and yields the results in the order of the inputs, each as soon as it is its
 * turn: the next input is asked for meanwhile. At most `concurrency` results are held. A source that fails does so after the
 * results of the inputs before.
 *
 * When the caller stops early, or a job fails, no further input is taken, the source is closed and the jobs at work are
 * waited for. An input that was asked for is not: its source may be silent forever.
 */
export async function* mapInOrder<Input, Output>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  concurrency: number,
  job: (input: Input, index: number) => Promise<Output>,
): AsyncGenerator<Output, void, undefined> {
  if (!isIterable(inputs)) {
    throw new InvalidOptionError({ name: 'the inputs', expected: 'an iterable of images', received: describe(inputs) });
  }
  const source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
  const pending: Promise<Output>[] = [];
  let index = 0;
  /** No further input: the source has ended or failed, or the caller has stopped. */
  let over = false;
  let asked: Promise<void> | undefined;

  const hold = (result: Promise<Output>) => {
    // Its failure is seen when its turn comes, not before.
    result.catch(() => undefined);
    pending.push(result);
  };
  const take = async () => {
    try {
      const { done, value } = await source.next();
      // A plain iterable may hold promises.
      const input = done ? undefined : await value;
      if (over) return;
      if (done) over = true;
      else hold(job(input as Input, index++));
    } catch (error) {
      if (!over) hold(Promise.reject(error));
      over = true;
    }
  };
  const ask = () => {
    if (over || asked || pending.length >= concurrency) return;
    asked = take().then(() => {
      asked = undefined;
      ask();
    });
  };

  const close = async () => {
    await source.return?.();
  };

  let failed = false;
  try {
    ask();
    while (pending.length > 0 || !over) {
      if (pending.length === 0) {
        await asked;
        continue;
      }
      const result = await pending[0];
      pending.shift();
      ask();
      yield result;
    }
  } catch (error) {
    failed = true;
    throw error;
  } finally {
    const closed = over ? undefined : close();
    over = true;
    // Of two failures the first one counts.
    const ignored = closed?.catch(() => undefined);
    await Promise.allSettled(pending);
    if (!asked) await (failed ? ignored : closed);
  }
}

const isIterable = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
