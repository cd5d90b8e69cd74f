import { StorageError } from '../../errors.js';
import { backoffPause, pause } from '../back-off.js';

/** Milliseconds before the second try, at most. */
const FIRST_PAUSE = 250;
/** Tries before a storage counts as gone: about a minute. */
export const ATTEMPTS = 10;

/** A failure that may be over when the job is tried again. */
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
 * Runs a job again after transient failures. A pause that the other side asks for is added to the one between two tries.
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
      await pause(error.afterMs + backoffPause(attempt, FIRST_PAUSE), signal);
    }
  }
}
