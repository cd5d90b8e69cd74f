/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism } from 'node:os';
import { abortable } from '../../detector/abortable.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import { checkCallOptions } from '../../detector/face-detector.js';
import { type StreamResult, streamResults } from '../../detector/stream-results.js';
import { ClosedError, QueueFullError, WorkerLostError } from '../../errors.js';
import { toRawOutputs } from '../../merged/raw-outputs.js';
import { checkInteger, checkObject } from '../../options.js';
import { InFlight } from '../../runtime/in-flight.js';
import type { AnalyzeOptions, LoadOptions, StreamOptions } from '../facial-landmark-detector.js';
import type { ImageInput } from '../images/image-input.js';
import { type NdarrayOutputs, ndarrayOutputs } from '../ndarray-outputs.js';
import { MAX_THREADS } from '../runtime/onnx-session.js';
import { packInput } from './messages.js';
import { PoolWorker } from './pool-worker.js';

export interface PoolOptions extends Omit<LoadOptions, 'threads'> {
  /** Worker threads, each with its own pair of networks. Default: one for each core. */
  workers?: number;
  /** Threads of one network run. Default: the cores shared among the workers, at least 1. */
  threadsPerWorker?: number;
  /** Images that may wait for a worker; one more is refused with a QueueFullError. Default 64. */
  maxQueue?: number;
}

export interface PoolDetectOptions extends AnalyzeOptions {
  /**
   * Gives pixels or bytes away instead of copying them: your array is empty once a worker has begun with it. Worth it for
   * frames that are not needed again. Memory that cannot be moved (part of a larger buffer, shared, WebAssembly's) is
   * copied all the same. Default false.
   */
  handOver?: boolean;
}

export interface PoolStreamOptions extends PoolDetectOptions, StreamOptions {}

interface Job {
  input: ImageInput;
  handOver: boolean | undefined;
  options: Omit<AnalyzeOptions, 'signal'>;
  resolve(result: DetectionResult): void;
  reject(error: Error): void;
}

/**
 * Several pairs of networks in worker threads behind the methods of one detector.
 *
 * Not a general pool library: those end a thread when a task is aborted or the pool destroyed, and onnxruntime then aborts
 * the whole process. Here a thread only ends idle. For the same reason `process.exit` and uncaught exceptions wait for the
 * networks that run; an application that wants its results too awaits `pool.close()` first.
 */
export class Pool {
  readonly #settings: LoadOptions;
  readonly #maxQueue: number;
  readonly #idle: PoolWorker[];
  readonly #workers: Set<PoolWorker>;
  readonly #queue: Job[] = [];
  readonly #calls = new InFlight('the pool');
  /** Woken when a place in the queue becomes free. */
  #roomWaiters: (() => void)[] = [];
  #closed = false;

  /** @internal Use {@link createPool}. */
  constructor(settings: LoadOptions, maxQueue: number, workers: PoolWorker[]) {
    this.#settings = settings;
    this.#maxQueue = maxQueue;
    this.#idle = [...workers];
    this.#workers = new Set(workers);
    for (const worker of workers) this.#watch(worker);
  }

  /** Images that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Threads that are alive. */
  get workers(): number {
    return this.#workers.size;
  }

  /**
   * The faces of one image. Pixels and bytes are copied once and transferred, so they stay yours, unless you hand them over.
   * @throws what FacialLandmarkDetector.detect throws, QueueFullError, WorkerLostError when the thread at work ended
   */
  async detect(input: ImageInput, options: PoolDetectOptions = {}): Promise<DetectionResult> {
    checkCallOptions(options);
    const { signal, handOver, ...rest } = options;
    const job: Partial<Job> = { input, handOver, options: rest };
    const call = this.#calls.run(
      () =>
        new Promise<DetectionResult>((resolve, reject) => {
          signal?.throwIfAborted();
          this.#enqueue(Object.assign(job as Job, { resolve, reject }));
        }),
    );
    // A job that still waits is taken out of the queue; one at work ends unseen.
    const onAbort = () => {
      const at = this.#queue.indexOf(job as Job);
      if (at < 0) return;
      this.#queue.splice(at, 1);
      this.#wakeWaiter();
      job.reject?.(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    return abortable(call, signal).finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** The merged model's six outputs for one image, under its own names, as ndarrays. */
  async run(input: ImageInput, options: PoolDetectOptions = {}): Promise<NdarrayOutputs> {
    return ndarrayOutputs(toRawOutputs((await this.detect(input, options)).faces));
  }

  /** Resolves as soon as an image would not be refused for a full queue. */
  async room(): Promise<void> {
    while (!this.#closed && this.#isFull()) {
      await new Promise<void>((resolve) => {
        this.#roomWaiters.push(resolve);
      });
    }
  }

  /**
   * Many images in order, all workers at work. Waits for room in the queue instead of failing.
   * @param options.concurrency images under way at once, default twice the workers
   */
  stream<Input extends ImageInput>(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    { concurrency = 2 * this.#workers.size, ...options }: PoolStreamOptions = {},
  ): AsyncGenerator<StreamResult<Input>, void, undefined> {
    return streamResults(inputs, concurrency, async (input) => {
      await this.room();
      return this.detect(input, options);
    });
  }

  /** Lets all accepted images finish, then ends the threads. Later calls are refused; closing twice is fine. */
  close(): Promise<void> {
    return this.#calls.close(() => {
      this.#closed = true;
      this.#wakeWaiter();
      return Promise.all([...this.#workers].map((worker) => worker.close()));
    });
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #isFull(): boolean {
    return this.#idle.length === 0 && this.#queue.length >= this.#maxQueue;
  }

  #enqueue(job: Job): void {
    if (this.#workers.size === 0) {
      throw new WorkerLostError({
        name: 'the pool',
        expected: 'a worker',
        received: 'none, because no new one could open the networks',
        hint: 'Create another pool.',
      });
    }
    if (this.#isFull()) {
      throw new QueueFullError({
        name: 'the queue of the pool',
        expected: `at most ${this.#maxQueue} images that wait`,
        received: 'one more',
        hint: 'Wait for `pool.room()`, or raise `maxQueue`.',
      });
    }
    this.#queue.push(job);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop() as PoolWorker;
      const job = this.#queue.shift() as Job;
      this.#work(worker, job).finally(() => {
        if (this.#workers.has(worker)) this.#idle.push(worker);
        this.#dispatch();
        this.#wakeWaiter();
      });
    }
  }

  async #work(worker: PoolWorker, { input, handOver, options, resolve, reject }: Job): Promise<void> {
    try {
      const { input: sent, transfer } = packInput(input, handOver);
      resolve(await worker.detect({ kind: 'detect', input: sent, options }, transfer));
    } catch (error) {
      reject(error as Error);
    }
  }

  /** Replaces a thread that ended by itself. A replacement that cannot open the networks is not tried again. */
  async #watch(worker: PoolWorker): Promise<void> {
    await worker.ended;
    this.#workers.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#closed) return;
    try {
      // A call under way, so that close() waits for it.
      const next = await this.#calls.run(() => PoolWorker.start(this.#settings));
      this.#workers.add(next);
      this.#idle.push(next);
      this.#watch(next);
      this.#dispatch();
    } catch (error) {
      if (error instanceof ClosedError || this.#workers.size > 0) return;
      for (const job of this.#queue.splice(0)) job.reject(error as Error);
    }
    this.#wakeWaiter();
  }

  #wakeWaiter(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const wake of waiters) wake();
  }
}

/**
 * Opens a pool of worker threads.
 * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, ModelContractError
 */
export async function createPool(options: PoolOptions): Promise<Pool> {
  checkObject('the options of createPool', options);
  const { workers, threadsPerWorker, maxQueue, ...models } = options;
  const cores = availableParallelism();
  const count = checkInteger('workers', workers ?? cores, 1, 256);
  const threads = checkInteger(
    'threadsPerWorker',
    threadsPerWorker ?? Math.max(1, Math.floor(cores / count)),
    1,
    MAX_THREADS,
  );
  const limit = checkInteger('maxQueue', maxQueue ?? 64, 0, Number.MAX_SAFE_INTEGER);
  const settings: LoadOptions = { ...models, threads };
  const started = await Promise.allSettled(Array.from({ length: count }, () => PoolWorker.start(settings)));
  const alive = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await Promise.all(alive.map((worker) => worker.close()));
    throw failure.reason;
  }
  return new Pool(settings, limit, alive);
}
