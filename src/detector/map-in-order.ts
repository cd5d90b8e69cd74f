import { describe, InvalidOptionError } from '../errors.js';
import { checkInteger } from '../options.js';

/**
 * Does a job for every input, several at once, and yields the results in the order of the inputs. At most `concurrency`
 * results are held. When the caller stops early, or the source fails, no further input is taken and the jobs at work are
 * waited for.
 */
export async function* mapInOrder<Input, Output>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  concurrency: number,
  job: (input: Input, index: number) => Promise<Output>,
): AsyncGenerator<Output, void, undefined> {
  checkInteger('concurrency', concurrency, 1, 1024);
  if (!isIterable(inputs)) {
    throw new InvalidOptionError({ name: 'the inputs', expected: 'an iterable of images', received: describe(inputs) });
  }
  const pending: Promise<Output>[] = [];
  let index = 0;
  try {
    for await (const input of inputs) {
      const running = job(input, index++);
      // Its failure is seen when its turn comes, not before.
      running.catch(() => undefined);
      pending.push(running);
      if (pending.length >= concurrency) yield await (pending.shift() as Promise<Output>);
    }
    while (pending.length > 0) yield await (pending.shift() as Promise<Output>);
  } finally {
    await Promise.allSettled(pending);
  }
}

const isIterable = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
