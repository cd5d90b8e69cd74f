import type { Worker as ThreadWorker } from 'node:worker_threads';

const HOOK = new URL('./crash-on-request.mjs', import.meta.url).href;

/** Every thread that was started, oldest first, with the kinds of inputs that went in and of answers that came back. */
export const threads: (ThreadWorker & { inputs: string[]; answers: string[] })[] = [];

/**
 * For `vi.mock('worker_threads', threadsThatCrash)`: threads that can be looked at, and that a request for the image
 * `crash:throw`, `crash:exit` or `crash:memory` ends for real.
 */
export async function threadsThatCrash(
  importActual: () => Promise<typeof import('node:worker_threads')>,
): Promise<typeof import('node:worker_threads')> {
  const actual = await importActual();
  class Worker extends actual.Worker {
    readonly inputs: string[] = [];
    readonly answers: string[] = [];

    constructor(...[script, options]: ConstructorParameters<typeof actual.Worker>) {
      const resourceLimits = { maxOldGenerationSizeMb: 200, ...options?.resourceLimits };
      super(script, { ...options, execArgv: ['--import', HOOK], resourceLimits });
      this.on('message', ({ kind }) => this.answers.push(kind));
      threads.push(this);
    }

    override postMessage(...args: Parameters<ThreadWorker['postMessage']>): void {
      const [{ input }] = args;
      if (input) this.inputs.push(input.kind);
      super.postMessage(...args);
    }
  }
  return { ...actual, Worker };
}
