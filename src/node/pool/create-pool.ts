/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Checked, type ChecksOf, checkOptions, integerIn, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { abortable } from '../../detector/abortable.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import { type CallOptions, checkConcurrency } from '../../detector/face-detector.js';
import { type StreamResult, streamResults } from '../../detector/stream-results.js';
import { InvalidOptionError, QueueFullError } from '../../errors.js';
import { FACE_JSON_OPTIONS } from '../../face/face-to-json.js';
import { toRawOutputs } from '../../face/to-raw-outputs.js';
import { checkBoolean, checkChoice } from '../../options.js';
import { InFlight } from '../../runtime/in-flight.js';
import { onAbort } from '../../runtime/on-abort.js';
import { Semaphore } from '../../runtime/semaphore.js';
import {
  ANALYZE_OPTIONS,
  type AnalyzeOptions,
  OPEN_OPTIONS,
  type OpenOptions,
  type StreamOptions,
} from '../facial-landmark-detector.js';
import { type ImageMemoryOptions, imageMemoryBytes } from '../image-memory.js';
import { DRAW_OPTIONS, type DrawOverlayOptions, OVERLAY_FORMATS, type OverlayFormat } from '../images/draw-overlay.js';
import { isEncodedSource, nameOfSource, readSource } from '../images/encoded-source.js';
import type { ImageInput } from '../images/image-input.js';
import { NETWORK_CHOICE, type NetworkChoice, resolveNetworks } from '../models/find-models.js';
import { type NdarrayOutputs, ndarrayOutputs } from '../ndarray-outputs.js';
import { MAX_THREADS } from '../runtime/onnx-session.js';
import type { EncodedResult, Encoding, JsonOptions } from './encode-result.js';
import { packInput, type Task } from './messages.js';
import { createPoolTracker, type PoolTracker, type PoolTrackerOptions } from './pool-tracker.js';
import { PoolWorker, type PoolWorkerSettings, type WorkResult } from './pool-worker.js';
import { WorkerSet } from './worker-set.js';

export interface PoolOptions extends NetworkChoice, Omit<OpenOptions, 'threads'>, ImageMemoryOptions {
  /**
   * Worker threads, each with its own pair of networks. Default: one for each core; one in all where `device` names another device than
   * `cpu`, because a graphics card would hold the networks once for each, and does one thing at a time anyway.
   */
  workers?: number | undefined;
  /** Threads of one network run. Default: the cores shared among the workers, at least 1. */
  threadsPerWorker?: number | undefined;
  /** Images that may wait for a worker; one more is refused with a QueueFullError. Default 64. */
  maxQueue?: number | undefined;
  /**
   * The script of the threads, for bundles that run without this package: where the bundler has put its entry
   * `onnx-facial-lmk-detector/worker`. A path or a `file:` URL.
   */
  workerUrl?: string | URL | undefined;
}

export interface PoolDetectOptions extends AnalyzeOptions {
  /**
   * Gives pixels or bytes away instead of copying them: your array is empty once a worker has begun with it. Worth it for
   * frames that are not needed again. Memory that cannot be moved (part of a larger buffer, shared, WebAssembly's) is
   * copied all the same. Default false.
   */
  handOver?: boolean | undefined;
}

/** Checks and defaults of the options of a call. */
const POOL_OPTIONS = {
  ...ANALYZE_OPTIONS,
  handOver: orElse(false, checkBoolean),
} satisfies ChecksOf<PoolDetectOptions>;
type CallSettings = Checked<typeof POOL_OPTIONS>;

export interface PoolJsonOptions extends Omit<PoolDetectOptions, 'withPixels'>, JsonOptions {}
export interface PoolOverlayOptions extends Omit<PoolDetectOptions, 'withPixels'>, DrawOverlayOptions {}

// The pixels stay in the worker.
const { withPixels: _, ...ENCODED_OPTIONS } = POOL_OPTIONS;
const JSON_OPTIONS = {
  ...ENCODED_OPTIONS,
  ...FACE_JSON_OPTIONS,
  crops: orElse(false, checkBoolean),
} satisfies ChecksOf<PoolJsonOptions>;
const OVERLAY_OPTIONS = { ...ENCODED_OPTIONS, ...DRAW_OPTIONS } satisfies ChecksOf<PoolOverlayOptions>;

export interface PoolStreamOptions extends PoolDetectOptions, StreamOptions {}

interface Job {
  input: ImageInput;
  handOver: boolean | undefined;
  signal: AbortSignal | undefined;
  task: Task;
  resolve(result: WorkResult): void;
  reject(error: unknown): void;
  /** Who works on it. */
  worker?: PoolWorker | undefined;
}

/**
 * Several pairs of networks in worker threads behind the methods of one detector.
 *
 * Not a general pool library: those end a thread when a task is aborted or the pool destroyed, and onnxruntime then aborts
 * the whole process. Here a thread only ends idle. For the same reason `process.exit` and uncaught exceptions wait for the
 * networks that run; an application that wants its results too awaits `pool.close()` first.
 */
export class Pool {
  readonly #size: number;
  readonly #maxQueue: number;
  readonly #workers: WorkerSet;
  /** Images that wait for a worker, the oldest first. */
  readonly #queue: Job[] = [];
  readonly #calls = new InFlight('the pool');
  /** Who waits for room in the queue, the oldest first. */
  readonly #roomWaiters: (() => void)[] = [];
  #waking = false;
  #closed = false;

  /** @internal Use {@link createPool}. */
  constructor(size: number, maxQueue: number, workers: WorkerSet) {
    this.#size = size;
    this.#maxQueue = maxQueue;
    this.#workers = workers;
    workers.onIdle = () => this.#dispatch();
    workers.onNone = (error) => {
      for (const job of this.#queue.splice(0)) job.reject(error);
      this.#wakeNext();
    };
  }

  /** Images that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Threads that are alive. */
  get workers(): number {
    return this.#workers.alive;
  }

  /**
   * The faces of one image. Pixels and bytes are copied once and transferred, when a worker begins with them: leave them as
   * they are until the call ends. They stay yours, unless you hand them over.
   * @throws what FacialLandmarkDetector.detect throws, QueueFullError, WorkerLostError when the thread at work ended
   */
  async detect(input: ImageInput, options: PoolDetectOptions = {}): Promise<DetectionResult> {
    return this.#submit(input, checkOptions('detect', options, POOL_OPTIONS), () => this.#checkRoom());
  }

  /**
   * The faces of one image as JSON text in UTF-8, written in the worker: for a server, whose own thread would stand still while
   * it writes hundreds of faces. `name` is what the JSON calls the image.
   * @throws what `detect` throws
   */
  async detectJson(input: ImageInput, options: PoolJsonOptions = {}): Promise<EncodedResult> {
    const { subpixel, attributes, crops, ...rest } = checkOptions('detectJson', options, JSON_OPTIONS);
    const settings = { ...rest, withPixels: false };
    return this.#submit(input, settings, () => this.#checkRoom(), { kind: 'json', subpixel, attributes, crops });
  }

  /**
   * One image with its faces drawn over it, decoded, drawn and encoded in the worker.
   * @throws what `detect` and `drawOverlay` throw
   */
  async detectOverlay(
    input: ImageInput,
    format: OverlayFormat,
    options: PoolOverlayOptions = {},
  ): Promise<EncodedResult> {
    checkChoice('format', format, OVERLAY_FORMATS);
    const { indices, legend, ...rest } = checkOptions('detectOverlay', options, OVERLAY_OPTIONS);
    const settings = { ...rest, withPixels: true };
    return this.#submit(input, settings, () => this.#checkRoom(), { kind: 'overlay', format, indices, legend });
  }

  /** The merged model's six outputs for one image, under its own names, as ndarrays. */
  async run(input: ImageInput, options: PoolDetectOptions = {}): Promise<NdarrayOutputs> {
    const settings = checkOptions('run', options, POOL_OPTIONS);
    return ndarrayOutputs(toRawOutputs((await this.#submit(input, settings, () => this.#checkRoom())).faces));
  }

  /**
   * Resolves as soon as an image would not be refused for a full queue. Who waits gets the room in turn, provided that it is
   * used at once: `await pool.room(); pool.detect(image)`.
   */
  async room(options: Pick<CallOptions, 'signal'> = {}): Promise<void> {
    const { signal } = checkOptions('room', options, { signal: optional(checkAbortSignal) });
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const wake = () => {
        stay();
        resolve();
      };
      const stay = onAbort(signal, () => {
        this.#roomWaiters.splice(this.#roomWaiters.indexOf(wake), 1);
        reject(signal?.reason);
      });
      this.#roomWaiters.push(wake);
      this.#wakeNext();
    });
  }

  /**
   * Many images in order, all workers at work. What the queue has no room for waits its turn instead of being refused.
   * @param options.concurrency images under way at once, default twice the workers
   */
  stream<Input extends ImageInput>(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options: PoolStreamOptions = {},
  ): AsyncGenerator<StreamResult<Input>, void, undefined> {
    const { concurrency, ...settings } = checkOptions('stream', options, {
      ...POOL_OPTIONS,
      concurrency: orElse(2 * this.#size, checkConcurrency),
    });
    return streamResults(inputs, concurrency, (input) => this.#submit(input, settings));
  }

  /**
   * Follows faces over the frames of one video, as `FaceTracker` does and with the same numbers, but the networks run in the workers.
   * Several trackers may share a pool. A frame whose thread dies fails with a WorkerLostError; the faces keep their ids over it.
   * With `detectEvery: 1` frames are worked on ahead of their turn, by all workers at once; else each waits for the one before.
   * @throws InvalidOptionError
   */
  createTracker(options: PoolTrackerOptions = {}): PoolTracker {
    return createPoolTracker(options, this.#size, {
      admit: (job) => this.#calls.admit(job),
      work: (input, task, signal) => this.#enqueue({ input, handOver: false, signal, task }),
    });
  }

  /** Lets all accepted images finish, then ends the threads. Later calls are refused; closing twice is fine. */
  close(): Promise<void> {
    return this.#calls.close(() => {
      this.#closed = true;
      this.#wakeNext();
      return this.#workers.close();
    });
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #submit(input: ImageInput, settings: CallSettings, check?: () => void): Promise<DetectionResult>;
  #submit(input: ImageInput, settings: CallSettings, check: () => void, encoding: Encoding): Promise<EncodedResult>;
  /** @param check throws where the image must not wait */
  async #submit(
    input: ImageInput,
    { signal, handOver, ...options }: CallSettings,
    check = () => {},
    encoding?: Encoding,
  ): Promise<WorkResult> {
    const task: Task = { kind: 'detect', options, encoding };
    const call = this.#calls.admit(() => this.#enqueue({ input, handOver, signal, task }, check));
    return abortable(call, signal);
  }

  /** Work that has been admitted already. Aborted, it settles when its thread has given up, which must not be ended before. */
  async #enqueue(what: Pick<Job, 'input' | 'handOver' | 'signal' | 'task'>, check = () => {}): Promise<WorkResult> {
    const { signal } = what;
    let job: Job | undefined;
    const call = new Promise<WorkResult>((resolve, reject) => {
      signal?.throwIfAborted();
      this.#workers.check();
      check();
      job = { ...what, resolve, reject };
      this.#queue.push(job);
      this.#dispatch();
    });
    const forget = onAbort(signal, () => job && this.#abort(job, signal?.reason));
    return call.finally(forget);
  }

  /** Takes a job that waits out of the queue; one at work is given up where its thread looks next. */
  #abort(job: Job, reason: unknown): void {
    job.worker?.abort();
    const at = this.#queue.indexOf(job);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    job.reject(reason);
    this.#wakeNext();
  }

  #hasRoom(): boolean {
    return this.#closed || this.#workers.hasIdle || this.#queue.length < this.#maxQueue;
  }

  #checkRoom(): void {
    if (this.#hasRoom()) return;
    throw new QueueFullError({
      name: 'the queue of the pool',
      expected: `at most ${this.#maxQueue} images that wait`,
      received: 'one more',
      hint: 'Wait for `pool.room()`, or raise `maxQueue`.',
    });
  }

  #dispatch(): void {
    while (this.#workers.hasIdle && this.#queue.length > 0) {
      this.#work(this.#workers.take() as PoolWorker, this.#queue.shift() as Job);
    }
    this.#wakeNext();
  }

  async #work(worker: PoolWorker, job: Job): Promise<void> {
    let settle: () => void;
    try {
      let { input: source, handOver, task } = job;
      if (isEncodedSource(source)) {
        if (task.kind === 'detect') {
          const name = task.options.name ?? nameOfSource(source);
          task = { ...task, options: { ...task.options, name } };
        }
        source = await readSource(source, { ...task.options, signal: job.signal });
        handOver ||= !(job.input instanceof ArrayBuffer);
      }
      const { input, transfer } = packInput(source, handOver);
      job.worker = worker;
      const result = await worker.work({ ...task, input }, transfer);
      settle = () => job.resolve(result);
    } catch (error) {
      settle = () => job.reject(error);
    }
    job.worker = undefined;
    // First, for who hears of the result may have the next image at hand.
    this.#workers.giveBack(worker);
    settle();
  }

  /** One after the other, for the first one may take the only place. */
  #wakeNext(): void {
    if (this.#waking || this.#roomWaiters.length === 0 || !this.#hasRoom()) return;
    this.#waking = true;
    this.#roomWaiters.shift()?.();
    setImmediate(() => {
      this.#waking = false;
      this.#wakeNext();
    });
  }
}

function checkScript(name: string, value: unknown): string | URL {
  if (value instanceof URL && value.protocol === 'file:') return value;
  if (typeof value === 'string' && value !== '') return value.startsWith('file:') ? value : resolve(value);
  throw new InvalidOptionError({ name, expected: 'a path or a file: URL', received: describe(value) });
}

const { threads: _threads, ...DEVICE_OPTIONS } = OPEN_OPTIONS;
const CREATE_OPTIONS = {
  ...NETWORK_CHOICE,
  ...DEVICE_OPTIONS,
  workers: optional(integerIn(1, 256)),
  threadsPerWorker: optional(integerIn(1, MAX_THREADS)),
  maxQueue: orElse(64, integerIn(0, Number.MAX_SAFE_INTEGER)),
  imageMemory: optional(integerIn(1, Number.MAX_SAFE_INTEGER)),
  workerUrl: optional(checkScript),
} satisfies ChecksOf<PoolOptions>;

/**
 * Opens a pool of worker threads.
 * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, LicenceError, ModelContractError, FileAccessError where the
 * threads' script is missing
 */
export async function createPool(options: PoolOptions = {}): Promise<Pool> {
  const cores = availableParallelism();
  const checked = checkOptions('createPool', options, CREATE_OPTIONS);
  const isOnProcessor = checked.device.every((one) => one === 'cpu');
  const {
    workers: count = isOnProcessor ? cores : 1,
    threadsPerWorker: threads = Math.max(1, Math.floor(cores / count)),
    maxQueue,
    imageMemory,
    workerUrl: script,
    device,
    deviceOptions,
    runtime,
    ...choice
  } = checked;
  const bytes = imageMemoryBytes({ imageMemory });
  // Half is shared out, so that ordinary images need no question; larger ones share the rest.
  const imageShare = Math.floor(bytes / 2 / count);
  // Once for all: every thread opens the same files.
  const networks = await resolveNetworks(choice);
  const settings: PoolWorkerSettings = {
    networks,
    options: { threads, device, deviceOptions, runtime },
    imageShare,
    script,
  };
  const shared = new Semaphore(Math.ceil(bytes / 2));
  const set = new WorkerSet(count, () => PoolWorker.start(settings, shared));
  await set.open();
  return new Pool(count, maxQueue, set);
}
