import { setTimeout as wait } from 'node:timers/promises';
import { StorageError } from '../../errors.js';

/** Milliseconds before the second try, at most, and before any later one. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** Tries before a storage counts as gone: about a minute. */
export const ATTEMPTS = 10;

/** What may succeed when it is tried again. */
export class TransientFailure extends Error {
  /** Milliseconds that the other side asks to wait. */
  readonly afterMs: number;

  constructor(message: string, options: { afterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.afterMs = options.afterMs ?? 0;
  }
}

export interface RetryOptions {
  /** What is asked, for the error. */
  name: string;
  attempts?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Does a job again after transient failures. The pauses double and are shortened at random, so that a fleet that was turned
 * away together does not come back together; what the other side asks for is waited for in full.
 * @throws StorageError after the last try, anything else that the job throws at once, or the signal's reason
 */
export async function retrying<T>(
  job: () => Promise<T>,
  { name, attempts = ATTEMPTS, signal }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      signal?.throwIfAborted();
      return await job();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientFailure)) throw error;
      if (attempt >= attempts) {
        const received = `${error.message} ${attempts} times`;
        throw new StorageError({ name, expected: 'an answer', received, hint: 'Try it again later.', cause: error });
      }
      const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
      await wait(error.afterMs + longest * Math.random(), undefined, { signal });
    }
  }
}
