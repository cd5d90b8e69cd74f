import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';

/**
 * Runs a job for every input, several at once, and yields the results in the order of the inputs. A result is yielded as soon
 * as those before it are; the next input is asked for meanwhile. At most `concurrency` results are held. When the source fails,
 * the results of the earlier inputs come first, then its error.
 *
 * When the caller stops early, or a job fails, no further input is taken, the source is closed and running jobs are awaited.
 * A pending request for an input is not awaited, because the source may never answer.
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
  /** True when no further input is taken: the source has ended or failed, or the caller has stopped. */
  let over = false;
  let asked: Promise<void> | undefined;

  const hold = (result: Promise<Output>) => {
    // The error is thrown when it is this result's turn. Until then it must not count as unhandled.
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
    // When a job has failed, its error is thrown, not the one of closing the source.
    const ignored = closed?.catch(() => undefined);
    await Promise.allSettled(pending);
    if (!asked) await (failed ? ignored : closed);
  }
}

const isIterable = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
