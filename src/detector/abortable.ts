import { onAbort } from '../runtime/on-abort.js';

/**
 * Resolves with the job's result, or rejects with the signal's reason as soon as the signal is aborted. The job itself goes on,
 * because a running network cannot be stopped. Its late result is dropped.
 */
export async function abortable<T>(job: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return job;
  // After an abort nobody waits for the job: its late failure must not become an unhandled rejection.
  job.catch(() => undefined);
  signal.throwIfAborted();
  let forget = () => {};
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([job, aborted]);
  } finally {
    forget();
  }
}
