import { type Checked, type ChecksOf, checkOptions, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { abortable } from '../../detector/abortable.js';
import type { DetectionResult } from '../../detector/detection-result.js';
import { errorFromJson } from '../../detector/error-json.js';
import { checkConcurrency } from '../../detector/face-detector.js';
import type { FrameTracker } from '../../detector/frame-tracker.js';
import type { PassedOver } from '../../detector/open-on-device.js';
import { unpackFaces, unpackResult } from '../../detector/sent-result.js';
import { type StreamResult, streamResults } from '../../detector/stream-results.js';
import { FileAccessError, InvalidOptionError, WorkerLostError } from '../../errors.js';
import { checkBoolean, checkFunction, checkObject } from '../../options.js';
import { InFlight } from '../../runtime/in-flight.js';
import { onAbort } from '../../runtime/on-abort.js';
import { Semaphore } from '../../runtime/semaphore.js';
import type { RuntimeInfo } from '../../runtime/session.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../../tracking/face-tracker.js';
import type { TrackedFace } from '../../tracking/tracks.js';
import type { WebImageInput } from '../images/read-pixels.js';
import type { FetchProgress, ModelSource } from '../models/fetch-model.js';
import { checkScript } from '../runtime/load-runtime.js';
import { WEB_ANALYZE_OPTIONS, WEB_LOAD_OPTIONS, type WebAnalyzeOptions, type WebLoadOptions } from '../web-options.js';
import type { Answer, Done, Request, SentLoadOptions } from './messages.js';
import { sendableInput } from './sendable-input.js';

export interface WorkerLoadOptions extends Omit<WebLoadOptions, 'fetch' | 'runtime'> {
  /** The address of a runtime's script, as `load` takes it. A worker of your own may bring its module instead. */
  runtime?: string | URL | undefined;
  /**
   * Starts a worker of your own that calls `serveDetector`, e.g.
   * `() => new Worker(new URL('./my-worker.js', import.meta.url), { type: 'module' })`.
   * Default: the worker that comes with this package.
   */
  worker?: (() => Worker) | undefined;
  /** Where the worker that comes with this package lies, if it is not beside this module. */
  workerUrl?: string | URL | undefined;
}

export interface WorkerAnalyzeOptions extends WebAnalyzeOptions {
  /** Gives bitmaps, video frames, pixels and bytes away instead of copying them. Default false. */
  handOver?: boolean | undefined;
}

export type TrackOptions = Pick<WorkerAnalyzeOptions, 'handOver'>;

/** A tracker whose frames are worked on in a worker. */
export interface WorkerTracker extends FrameTracker<WebImageInput> {
  /**
   * @param options.handOver gives bitmaps, video frames and pixels away instead of copying them; default false
   * @throws WorkerLostError, and what `FrameTracker.track` throws
   */
  track(frame: WebImageInput, time?: number, options?: TrackOptions): Promise<TrackedFace[]>;
}

/** Images that are in the worker at once: one that it works on, and those that are ready to follow. */
const CALLS_AT_ONCE = 8;

function checkAddress(name: string, value: unknown): URL {
  const text = value instanceof URL ? value.href : value;
  if (typeof text === 'string' && URL.canParse(text, location.href)) return new URL(text, location.href);
  throw new InvalidOptionError({ name, expected: 'an address', received: describe(value) });
}

// Functions cannot be sent.
const { fetch: _fetch, ...SENT_OPTIONS } = WEB_LOAD_OPTIONS;
const WORKER_LOAD_OPTIONS = {
  ...SENT_OPTIONS,
  runtime: optional(checkScript),
  worker: optional(checkFunction<() => Worker>),
  workerUrl: optional(checkAddress),
} satisfies ChecksOf<WorkerLoadOptions>;

const WORKER_ANALYZE_OPTIONS = {
  ...WEB_ANALYZE_OPTIONS,
  handOver: orElse(false, checkBoolean),
} satisfies ChecksOf<WorkerAnalyzeOptions>;
const TRACK_OPTIONS = { handOver: orElse(false, checkBoolean) } satisfies ChecksOf<TrackOptions>;
type CallSettings = Checked<typeof WORKER_ANALYZE_OPTIONS>;

/** What a worker says of itself when its networks are open. */
type Opened = Pick<Extract<Answer, { kind: 'ready' }>, 'runtime' | 'passedOver'>;

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

function deferred<T>(): Pending<T> & { promise: Promise<T> } {
  let pending = {} as Pending<T>;
  const promise = new Promise<T>((resolve, reject) => {
    pending = { resolve, reject };
  });
  return { promise, ...pending };
}

function lost(received: string): WorkerLostError {
  return new WorkerLostError({
    name: 'the detector’s worker',
    expected: 'an answer',
    received,
    hint: 'The page’s console says more.',
  });
}

/** A worker that said nothing before it failed: its script, or what the script imports, is not there. */
function noScript(received: string): FileAccessError {
  return new FileAccessError({
    name: 'the detector’s worker',
    expected: 'the script that it runs',
    received,
    hint: 'Copy the package’s `dist` and `models` to the server and pass `workerUrl`, the address of dist/web/standalone/worker.js there.',
  });
}

/** Addresses relative to the page, as text: a worker has another base. */
const sentSource = (source: ModelSource | undefined): ModelSource | undefined => {
  if (typeof source === 'string' || source instanceof URL) return new URL(source, location.href).href;
  if (source !== undefined && 'url' in source) {
    return { url: new URL(source.url, location.href).href, sha256: source.sha256 };
  }
  return source;
};

/** A detector in a worker of its own: the page stays responsive while networks run. Made by {@link createWorkerDetector}. */
export class WorkerDetector {
  /** What runs the networks: package, version, device, threads. */
  readonly runtime: RuntimeInfo;
  /** Devices before it in the list that was asked for, and why each does not run the networks. */
  readonly passedOver: readonly PassedOver[];
  readonly #worker: Worker;
  readonly #waiting: Map<number, Pending<Done>>;
  readonly #closed = deferred<void>();
  readonly #calls = new InFlight('the detector');
  readonly #places = new Semaphore(CALLS_AT_ONCE);
  #nextCall = 0;
  #nextTracker = 0;
  /** Why the worker answers no more. */
  #lost: WorkerLostError | undefined;

  /** For {@link createWorkerDetector}. */
  constructor(worker: Worker, { runtime, passedOver }: Opened) {
    checkObject('worker', worker);
    this.#worker = worker;
    this.runtime = runtime;
    this.passedOver = passedOver;
    this.#waiting = new Map();
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(data);
    worker.onerror = (event) => this.#fail(lost(event.message || 'an error'));
    worker.onmessageerror = () => this.#fail(lost('an answer that cannot be read'));
  }

  /**
   * The faces of one image.
   * @throws ImageDecodeError, InvalidImageError, InvalidOptionError, InferenceError, WorkerLostError, ClosedError, or the
   * signal's reason
   */
  async detect(input: WebImageInput, options: WorkerAnalyzeOptions = {}): Promise<DetectionResult> {
    return this.#detect(input, checkOptions('detect', options, WORKER_ANALYZE_OPTIONS));
  }

  async #detect(input: WebImageInput, { signal, handOver, ...options }: CallSettings): Promise<DetectionResult> {
    const { maxPixels } = options;
    const done = await this.#call('done', input, { signal, handOver, maxPixels }, (call, sent) => ({
      kind: 'detect',
      call,
      input: sent,
      options,
    }));
    return unpackResult(done.result);
  }

  /**
   * Follows faces over the frames of a video or camera in the worker, as `FaceTracker` does.
   * @throws InvalidOptionError
   */
  createTracker(options: TrackerOptions = {}): WorkerTracker {
    checkOptions('createTracker', options, TRACKER_OPTIONS);
    const tracker = this.#nextTracker++;
    const calls = new InFlight('the tracker');
    // One after the other: making a bitmap takes longer for one frame than for the next.
    const turns = new Semaphore(1);
    const follow = async (input: WebImageInput, time: number | undefined, handOver: boolean) => {
      const sending = { handOver, maxPixels: Number.MAX_SAFE_INTEGER };
      const done = await this.#call('tracked', input, sending, (call, sent) => ({
        kind: 'track',
        call,
        tracker,
        options,
        input: sent,
        time,
      }));
      return unpackFaces(done.faces) as TrackedFace[];
    };
    return {
      track: async (frame, time, settings = {}) => {
        const { handOver } = checkOptions('track', settings, TRACK_OPTIONS);
        return calls.admit(() => turns.run(1, () => follow(frame, time, handOver)));
      },
      reset: () => void turns.run(1, async () => this.#post({ kind: 'reset tracker', tracker })),
      close: () => calls.close(async () => this.#post({ kind: 'close tracker', tracker })),
    };
  }

  /**
   * Many images in order.
   * @param options.concurrency images under way at once, default 2
   */
  stream<One extends WebImageInput>(
    inputs: Iterable<One> | AsyncIterable<One>,
    options: WorkerAnalyzeOptions & { concurrency?: number | undefined } = {},
  ): AsyncGenerator<StreamResult<One>, void, undefined> {
    const { concurrency, ...settings } = checkOptions('stream', options, {
      ...WORKER_ANALYZE_OPTIONS,
      concurrency: orElse(2, checkConcurrency),
    });
    return streamResults(inputs, concurrency, (input) => this.#detect(input, settings));
  }

  /** Lets running calls finish, then frees the networks and ends the worker. Closing twice is fine. */
  close(): Promise<void> {
    return this.#calls.close(async () => {
      this.#post({ kind: 'close' });
      await this.#closed.promise;
      this.#worker.terminate();
    });
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** Sends an image when it is its turn, and waits for what comes of it. */
  async #call<Kind extends Done['kind']>(
    _: Kind,
    input: WebImageInput,
    { signal, ...sending }: { signal?: AbortSignal | undefined; handOver: boolean; maxPixels: number },
    request: (call: number, sent: WebImageInput) => Request,
  ): Promise<Extract<Done, { kind: Kind }>> {
    const call = this.#nextCall++;
    const ask = async () => {
      if (this.#lost) throw this.#lost;
      const { sent, transfer } = await sendableInput(input, sending);
      signal?.throwIfAborted();
      return this.#ask(call, request(call, sent), transfer);
    };
    // Whoever waits has nothing copied into the worker yet.
    const answer = this.#calls.admit(() => this.#places.run(1, ask, signal));
    const forget = onAbort(signal, () => this.#post({ kind: 'abort', call }));
    const done = await abortable(answer, signal).finally(forget);
    return done as Extract<Done, { kind: Kind }>;
  }

  #ask(call: number, request: Request, transfer: Transferable[]): Promise<Done> {
    const waiting = deferred<Done>();
    this.#waiting.set(call, waiting);
    try {
      this.#post(request, transfer);
    } catch (cause) {
      this.#waiting.delete(call);
      const received = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidOptionError({
        name: 'a call',
        expected: 'an image and options that can be sent',
        received,
        cause,
      });
    }
    return waiting.promise;
  }

  #receive(answer: Answer): void {
    if (answer.kind === 'closed') {
      this.#closed.resolve();
    } else if ('call' in answer) {
      const waiting = this.#waiting.get(answer.call);
      this.#waiting.delete(answer.call);
      if (answer.kind === 'failed') waiting?.reject(errorFromJson(answer.error));
      else waiting?.resolve(answer);
    }
  }

  #fail(error: WorkerLostError): void {
    this.#lost = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#closed.resolve();
  }
}

function startWorker(start: WorkerLoadOptions['worker'], url: URL | undefined): Worker {
  if (start) return start();
  if (url !== undefined) return new Worker(url, { type: 'module' });
  // Written out: bundlers look for exactly this.
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

/** Waits until the worker has opened its networks. */
function ready(worker: Worker, progress: ((state: FetchProgress) => void) | undefined): Promise<Opened> {
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(noScript(event.message || 'no script at its address'));
    worker.onmessageerror = () => reject(lost('an answer that cannot be read'));
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'progress') progress?.(data.progress);
      else if (data.kind === 'ready') resolve(data);
      else if (data.kind === 'failed to load') reject(errorFromJson(data.error));
    };
  });
}

/**
 * Loads runtime and networks in a module worker.
 * @throws FileAccessError where the worker's script is missing, else what `FacialLandmarkDetector.load` throws
 */
export async function createWorkerDetector(options: WorkerLoadOptions = {}): Promise<WorkerDetector> {
  const settings = checkOptions('createWorkerDetector', options, WORKER_LOAD_OPTIONS);
  const { worker: start, workerUrl, progress, signal, detector, landmarker, ...rest } = settings;
  signal?.throwIfAborted();
  const worker = startWorker(start, workerUrl);
  try {
    const loading = ready(worker, progress);
    const sent: SentLoadOptions = { ...rest, detector: sentSource(detector), landmarker: sentSource(landmarker) };
    worker.postMessage({ kind: 'load', options: sent } satisfies Request);
    return new WorkerDetector(worker, await abortable(loading, signal));
  } catch (error) {
    worker.terminate();
    throw error;
  }
}
