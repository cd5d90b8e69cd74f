import { Worker } from 'node:worker_threads';
import { WorkerLostError } from '../../errors.js';
import { disableTelemetry } from '../disable-telemetry.js';
import type { Faces } from '../facial-landmark-detector.js';
import { type Answer, type Request, unpackError, unpackFaces, type WorkerSettings } from './messages.js';

/** Beside this file in the package; tests run from the sources, where the compiled one is found in dist. */
const SCRIPT = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/node/pool/worker.js', import.meta.url)
  : new URL('./worker.js', import.meta.url);

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A thread with its own pair of networks, which does one thing at a time. */
export class PoolWorker {
  readonly #worker: Worker;
  #pending: Pending | undefined;
  /** Settles when the thread has ended, however it did. */
  readonly ended: Promise<void>;

  private constructor(settings: WorkerSettings) {
    // Without this process's own flags: `--input-type` and the like would be applied to the worker's file.
    this.#worker = new Worker(SCRIPT, { workerData: settings, execArgv: [] });
    this.#worker.on('message', (answer: Answer) => this.#settle((pending) => pending.resolve(answer)));
    this.#worker.on('error', (cause) => this.#settle((pending) => pending.reject(lost(String(cause), cause))));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#settle((pending) => pending.reject(lost(`its end (exit code ${code})`)));
        resolve();
      });
    });
  }

  /** Starts a thread and waits until its networks are open. */
  static async start(settings: WorkerSettings): Promise<PoolWorker> {
    disableTelemetry();
    const worker = new PoolWorker(settings);
    const answer = await worker.#next();
    if (answer.kind === 'failed') {
      await worker.ended;
      throw unpackError(answer.error);
    }
    // An idle thread keeps no process alive: there is nothing to wait for.
    worker.#worker.unref();
    return worker;
  }

  async detect(request: Request, transfer: ArrayBuffer[]): Promise<Faces> {
    this.#worker.ref();
    try {
      const next = this.#next();
      this.#worker.postMessage(request, transfer);
      const answer = await next;
      if (answer.kind === 'failed') throw unpackError(answer.error);
      if (answer.kind === 'ready') throw new Error('A worker answered out of turn.');
      return unpackFaces(answer.faces);
    } finally {
      this.#worker.unref();
    }
  }

  /** Lets the thread end by itself. It is never terminated: onnxruntime aborts the process if a network runs then. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close' } satisfies Request);
    await this.ended;
  }

  #next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}

function lost(received: string, cause?: unknown): WorkerLostError {
  return new WorkerLostError({
    name: 'a worker of the pool',
    expected: 'an answer',
    received,
    hint: 'The pool starts another one; the image can be sent again.',
    cause,
  });
}
