// biome-ignore lint/style/useNodejsImportProtocol: webpack packs threads only where the module is called so.
import { Worker } from 'worker_threads';
import { reasonOf } from '../../as-error.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import { errorFromJson } from '../../detector/error-json.js';
import { unpackFollowedFaces, unpackResult } from '../../detector/sent-result.js';
import { FileAccessError, InvalidOptionError, WorkerLostError } from '../../errors.js';
import type { Semaphore } from '../../runtime/semaphore.js';
import type { FollowedFace } from '../../stages/follow-faces.js';
import { VERSION } from '../../version.js';
import { MISSING_PACKAGE, packagedModule } from '../package-paths.js';
import { disableTelemetry } from '../runtime/disable-telemetry.js';
import { warnOnce } from '../warn-once.js';
import type { EncodedResult } from './encode-result.js';
import { guardExit, newFlag, releaseExit, setBusy, setIdle } from './exit-guard.js';
import type { Answer, Request, WorkerSettings, WorkRequest } from './messages.js';
import type { AbortFlag } from './thread-abort.js';

/** What the threads of one pool have in common. */
export interface PoolWorkerSettings extends Omit<WorkerSettings, 'busy' | 'aborted'> {
  /** Another script than the package's own. */
  script?: string | URL | undefined;
}

/** What the request asks for: of `detect` a result, encoded where it says so, of `follow` the faces. */
export type WorkResult = DetectionResult | EncodedResult | FollowedFace[];

interface Pending {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** @throws TypeError in a bundle of CommonJS modules, which has no address of its own */
function startThread(script: string | URL | undefined, workerData: WorkerSettings): Worker {
  // Without this process's own flags: `--input-type` and the like would be applied to the worker's file.
  const options = { workerData, execArgv: [] };
  const given = typeof script === 'string' && script.startsWith('file:') ? new URL(script) : script;
  const packaged = given ?? packagedModule('node/pool/pool-thread.js');
  if (packaged) return new Worker(packaged, options);
  // Written out: bundlers look for exactly this.
  return new Worker(new URL('./pool-thread.js', import.meta.url), options);
}

/** A thread that never was: its script, or what the script imports, is not there. */
function noScript(received: string, cause?: unknown): FileAccessError {
  return new FileAccessError({
    name: 'the threads of the pool',
    expected: 'the script that they run',
    received,
    hint: `${MISSING_PACKAGE ?? 'A bundle can have it as a second entry, `onnx-facial-lmk-detector/worker`.'} \`workerUrl\` says where that script lies.`,
    cause,
  });
}

const isMissingModule = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && /^(ERR_)?MODULE_NOT_FOUND$/.test(String(cause.code));

/** A thread with its own pair of networks, which does one thing at a time. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #imageMemory: Semaphore;
  readonly #busy = newFlag();
  readonly #aborted: AbortFlag = new Int32Array(new SharedArrayBuffer(4));
  #pending: Pending | undefined;
  /** Ends with the call at work. */
  #call = new AbortController();
  #lost = false;
  /** Called once, as soon as the thread can take no more calls: when it reports an error, or when it ends. */
  onLost = () => {};
  /** Settles when the thread has ended, however it did. */
  readonly ended: Promise<void>;

  private constructor({ script, ...settings }: PoolWorkerSettings, imageMemory: Semaphore) {
    this.#imageMemory = imageMemory;
    this.#worker = startThread(script, { ...settings, busy: this.#busy, aborted: this.#aborted });
    guardExit(this.#busy);
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (cause) => this.#lose(reasonOf(cause), cause));
    this.#worker.on('messageerror', (cause) => {
      this.#lose('an answer that cannot be read', cause);
      this.#worker.postMessage({ kind: 'close' } satisfies Request);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(`its end (exit code ${code})`);
        resolve();
      });
    });
  }

  static #create(settings: PoolWorkerSettings, imageMemory: Semaphore): PoolWorker {
    try {
      return new PoolWorker(settings, imageMemory);
    } catch (cause) {
      // What the options hold cannot be sent to a thread.
      if (cause instanceof DOMException) {
        const received = reasonOf(cause);
        throw new InvalidOptionError({ name: 'the options of createPool', expected: 'plain values', received, cause });
      }
      throw noScript(reasonOf(cause), cause);
    }
  }

  /** Starts a thread and waits until its networks are open. */
  static async start(settings: PoolWorkerSettings, imageMemory: Semaphore): Promise<PoolWorker> {
    disableTelemetry();
    const worker = PoolWorker.#create(settings, imageMemory);
    try {
      const answer = await worker.#next();
      if (answer.kind === 'failed') throw errorFromJson(answer.error);
      if (answer.kind !== 'ready' || answer.version !== VERSION) {
        // It runs no network that could be cut off.
        await worker.#worker.terminate();
        throw noScript('another script, or that of another version');
      }
      answer.warnings.forEach(warnOnce);
    } catch (error) {
      await worker.ended;
      const { cause } = error as WorkerLostError;
      throw error instanceof WorkerLostError && isMissingModule(cause) ? noScript(reasonOf(cause), cause) : error;
    }
    // An idle thread keeps no process alive: there is nothing to wait for.
    worker.#worker.unref();
    return worker;
  }

  /** Whether the thread can take calls. */
  get lost(): boolean {
    return this.#lost;
  }

  async work(request: WorkRequest, transfer: ArrayBuffer[]): Promise<WorkResult> {
    this.#worker.ref();
    this.#call = new AbortController();
    Atomics.store(this.#aborted, 0, 0);
    try {
      this.#send(request, transfer);
      const answer = await this.#next();
      if (answer.kind === 'failed') throw errorFromJson(answer.error);
      if (answer.kind === 'done') return unpackResult(answer.result);
      if (answer.kind === 'encoded') return answer.result;
      if (answer.kind === 'followed') return unpackFollowedFaces(answer.faces);
      throw new Error('A worker answered out of turn.');
    } finally {
      this.#call.abort();
      this.#worker.unref();
    }
  }

  /** Has the thread give up the call at work where it looks next. */
  abort(): void {
    Atomics.store(this.#aborted, 0, 1);
    this.#worker.postMessage({ kind: 'abort' } satisfies Request);
  }

  /** Lets the thread end by itself. It is never terminated: onnxruntime aborts the process if a network runs then. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#send({ kind: 'close' });
    await this.ended;
  }

  /** Something for the thread to do. */
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

  #take(answer: Answer): void {
    if (answer.kind === 'reserve') this.#reserve(answer.bytes);
    else this.#settle((pending) => pending.resolve(answer));
  }

  /** Lets the call at work hold so many bytes until it ends, as soon as they are free. */
  #reserve(bytes: number): void {
    const { signal } = this.#call;
    const hold = async () => {
      // Else it has been told to give up, and waits no longer.
      if (signal.aborted || Atomics.load(this.#aborted, 0) === 1) return;
      this.#send({ kind: 'granted' });
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    };
    this.#imageMemory.run(bytes, hold, signal).catch(() => undefined);
  }

  #lose(received: string, cause?: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    // There is nothing left to wait for.
    releaseExit(this.#busy);
    this.onLost();
    this.#settle((pending) =>
      pending.reject(
        new WorkerLostError({
          name: 'a worker of the pool',
          expected: 'an answer',
          received,
          hint: 'The pool starts another one; the image can be sent again.',
          cause,
        }),
      ),
    );
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}
