import type { Worker as ThreadWorker } from 'node:worker_threads';

/** Every thread that was started, oldest first, so that a test can end one. */
export const threads: ThreadWorker[] = [];

/** For `vi.mock('worker_threads', watchedThreads)`. */
export async function watchedThreads(
  importActual: () => Promise<typeof import('node:worker_threads')>,
): Promise<typeof import('node:worker_threads')> {
  const actual = await importActual();
  class Worker extends actual.Worker {
    constructor(...args: ConstructorParameters<typeof actual.Worker>) {
      super(...args);
      threads.push(this);
    }
  }
  return { ...actual, Worker };
}
