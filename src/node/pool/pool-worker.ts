import { Worker } from 'node:worker_threads';
import { reasonOf } from '../../as-error.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import { errorFromJson } from '../../detector/error-json.js';
import { InvalidOptionError, WorkerLostError } from '../../errors.js';
import type { LoadOptions } from '../facial-landmark-detector.js';
import { PACKAGE_MODULES } from '../package-paths.js';
import { disableTelemetry } from '../runtime/disable-telemetry.js';
import { guardExit, newFlag, releaseExit, setBusy, setIdle } from './exit-guard.js';
import { type Answer, type Request, unpackResult, type WorkerSettings } from './messages.js';

const SCRIPT = new URL('node/pool/worker.js', PACKAGE_MODULES);

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A thread with its own pair of networks, which does one thing at a time. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #busy = newFlag();
  #pending: Pending | undefined;
  /** Settles when the thread has ended, however it did. */
  readonly ended: Promise<void>;

  private constructor(models: LoadOptions) {
    const workerData: WorkerSettings = { ...models, busy: this.#busy };
    // Without this process's own flags: `--input-type` and the like would be applied to the worker's file.
    this.#worker = new Worker(SCRIPT, { workerData, execArgv: [] });
    guardExit(this.#busy);
    this.#worker.on('message', (answer: Answer) => this.#settle((pending) => pending.resolve(answer)));
    this.#worker.on('error', (cause) => this.#settle((pending) => pending.reject(lost(reasonOf(cause), cause))));
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        releaseExit(this.#busy);
        this.#settle((pending) => pending.reject(lost(`its end (exit code ${code})`)));
        resolve();
      });
    });
  }

  /** Starts a thread and waits until its networks are open. */
  static async start(models: LoadOptions): Promise<PoolWorker> {
    disableTelemetry();
    const worker = new PoolWorker(models);
    const answer = await worker.#next();
    if (answer.kind === 'failed') {
      await worker.ended;
      throw errorFromJson(answer.error);
    }
    // An idle thread keeps no process alive: there is nothing to wait for.
    worker.#worker.unref();
    return worker;
  }

  async detect(request: Request, transfer: ArrayBuffer[]): Promise<DetectionResult> {
    this.#worker.ref();
    try {
      this.#send(request, transfer);
      const answer = await this.#next();
      if (answer.kind === 'failed') throw errorFromJson(answer.error);
      if (answer.kind === 'ready') throw new Error('A worker answered out of turn.');
      return unpackResult(answer.result);
    } finally {
      this.#worker.unref();
    }
  }

  /** Lets the thread end by itself. It is never terminated: onnxruntime aborts the process if a network runs then. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#send({ kind: 'close' });
    await this.ended;
  }

  #send(request: Request, transfer: ArrayBuffer[] = []): void {
    try {
      setBusy(this.#busy);
      this.#worker.postMessage(request, transfer);
    } catch (cause) {
      setIdle(this.#busy);
      const received = reasonOf(cause);
      throw new InvalidOptionError({ name: 'the options of a call', expected: 'plain values', received, cause });
    }
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
