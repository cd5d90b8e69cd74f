import { onAbort } from '../runtime/on-abort.js';

/**
 * A job's result, or a rejection with the signal's reason as soon as it is aborted. The job itself is not stopped: a
 * network that runs cannot be, so its late result is dropped.
 */
export async function abortable<T>(job: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return job;
  // The caller has its answer: a late failure of the job is dropped.
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
