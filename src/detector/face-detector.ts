/// <reference lib="esnext.disposable" preserve="true" />
import {
  type Checked,
  type Checks,
  type ChecksOf,
  checkOptions,
  integerIn,
  optional,
  orElse,
} from '../check-options.js';
import { scaleFaces } from '../face/scale-faces.js';
import { toRawOutputs } from '../face/to-raw-outputs.js';
import { checkLandmarker } from '../landmark106/contract.js';
import { checkArray, checkBoolean, checkFunction, checkObject, checkText } from '../options.js';
import { InFlight } from '../runtime/in-flight.js';
import type { OnnxNetwork } from '../runtime/onnx-network.js';
import { checkIdentity, checkRuntimeInfo, type NetworksIdentity, receipt } from '../runtime/receipt.js';
import { Semaphore } from '../runtime/semaphore.js';
import { checkDetector } from '../scrfd/contract.js';
import { ALIGN_OPTIONS, type AlignOptions } from '../stages/align-face.js';
import { type DetectSettings, detectSettings } from '../stages/detect-faces.js';
import { type FollowedFace, followFaces } from '../stages/follow-faces.js';
import {
  checkNetworks,
  PIPELINE_OPTIONS,
  type PipelineOptions,
  resultOptions,
  runPipeline,
} from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import { FaceTracker, type TrackerOptions } from '../tracking/face-tracker.js';
import type { ImageInfo, PixelImage, Point, RawOutputs } from '../types.js';
import { abortable } from './abortable.js';
import { checkAbortSignal } from './check-abort-signal.js';
import { DetectionResult } from './detection-result.js';
import type { FrameTracker } from './frame-tracker.js';
import { type StreamResult, streamResults } from './stream-results.js';

/** The options of a call, except those of the image decoder. */
export interface CallOptions extends PipelineOptions {
  /** Aborting rejects the call at once with the signal's reason. A running network goes on to its end; its result is dropped. */
  signal?: AbortSignal | undefined;
  /** Return the decoded pixels in the result, so that the image need not be decoded again to draw on it or crop it. Default false. */
  withPixels?: boolean | undefined;
}

/** Pixels and where they come from. */
export interface ReadImage extends Pick<ImageInfo, 'name' | 'decoder'> {
  pixels: PixelImage;
  /** The size of the whole image. Only of an image that was decoded smaller. */
  fullSize?: { width: number; height: number } | undefined;
}

/** What a platform (Node, browser) provides: two open networks and a function that turns its kinds of images into pixels. */
export interface Platform<Input, Options> {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
  /** Checks of the options for reading images, beside those of every call. */
  readOptions: Checks;
  /** Which networks they are, for the receipts of the results. */
  identity: NetworksIdentity;
  /** Version of this library. */
  version: string;
  /**
   * @param options checked, with defaults filled in
   * @param reserve waits until the image may use so many bytes; they are released when the call ends. Called as soon as the size
   * of the image is known, before anything is decoded
   */
  readPixels(input: Input, options: Options, reserve: (bytes: number) => Promise<void>): Promise<ReadImage>;
  /** Memory that the images of all calls share, bytes. Default {@link IMAGE_MEMORY}. */
  imageMemory?: Pick<Semaphore, 'acquire'> | undefined;
}

/**
 * Calls that are worked on at once; the others wait and hold no memory. Networks and decoders run in libuv's four threads, so
 * four calls run and four are ready to follow. Each holds its image and the inputs of its networks (the detector's: 4.9 MB).
 */
const CALLS_AT_ONCE = 8;

/** Default of `Platform.imageMemory`, bytes. */
const IMAGE_MEMORY = 2 ** 29;

/** Checks and defaults of the options of a call. */
export const CALL_OPTIONS = {
  ...PIPELINE_OPTIONS,
  signal: optional(checkAbortSignal),
  withPixels: orElse(false, checkBoolean),
} satisfies ChecksOf<CallOptions>;

type CallSettings = DetectSettings<Checked<typeof CALL_OPTIONS>>;

const DEFAULT_CONCURRENCY = 2;
/** The number of images of a stream that are worked on at once. */
export const checkConcurrency = integerIn(1, 1024);

/**
 * Opens both networks, one after the other, and checks their inputs and outputs. When one fails, both are closed.
 * @throws ModelContractError, and what opening throws
 */
export async function openPair(
  openDetector: () => Promise<OnnxNetwork>,
  openLandmarker: () => Promise<OnnxNetwork>,
): Promise<Pick<Platform<never, never>, 'detector' | 'landmarker'>> {
  const opened: OnnxNetwork[] = [];
  const open = async (how: () => Promise<OnnxNetwork>, check: (network: OnnxNetwork) => void) => {
    const network = await how();
    opened.push(network);
    check(network);
    return network;
  };
  try {
    return {
      detector: await open(openDetector, checkDetector),
      landmarker: await open(openLandmarker, checkLandmarker),
    };
  } catch (error) {
    await Promise.all(opened.map((network) => network.close()));
    throw error;
  }
}

function checkPlatform(name: string, value: unknown): void {
  checkNetworks(name, value);
  const { detector, landmarker, identity, version, readOptions, readPixels, imageMemory } = value as Platform<
    never,
    never
  >;
  for (const network of [detector, landmarker]) checkFunction(`close of ${network.name}`, network.close);
  checkRuntimeInfo(`the runtime of ${detector.name}`, detector.runtime);
  checkIdentity(`${name}.identity`, identity);
  checkText(`${name}.version`, version);
  const checks = checkObject(`${name}.readOptions`, readOptions);
  for (const [option, check] of Object.entries(checks)) checkFunction(`${name}.readOptions.${option}`, check);
  checkFunction(`${name}.readPixels`, readPixels);
  if (imageMemory !== undefined) checkFunction(`${name}.imageMemory.acquire`, imageMemory?.acquire);
}

/**
 * Photo in, faces out, on any platform: the two networks and everything around them.
 *
 * Calls may overlap. Any number may be made at once: a waiting call holds nothing but its input. An input must not be changed
 * until its call has ended. `close()` waits for running calls and frees the networks.
 */
export class FaceDetector<Input, Options extends CallOptions> {
  readonly #platform: Platform<Input, Options>;
  readonly #workspace = new Workspace();
  readonly #calls = new InFlight('the detector');
  readonly #places = new Semaphore(CALLS_AT_ONCE);
  readonly #imageMemory: Pick<Semaphore, 'acquire'>;

  /** @throws InvalidOptionError, ModelContractError */
  constructor(platform: Platform<Input, Options>) {
    checkPlatform('the platform', platform);
    this.#platform = platform;
    this.#imageMemory = platform.imageMemory ?? new Semaphore(IMAGE_MEMORY);
  }

  /**
   * The faces of one image.
   * @throws ImageDecodeError, InvalidImageError, InvalidOptionError, InferenceError, ClosedError, or the signal's reason
   */
  async detect(input: Input, options: Options = {} as Options): Promise<DetectionResult> {
    return this.#detect(input, this.#settings('detect', options));
  }

  /**
   * The faces of several images of any size, in the order of the images. The results are those of `detect`. On a graphics card
   * images that have the same input size share a run of the detector, if its network leaves their number open. The built-in
   * detector takes one image per run.
   * @throws what `detect` throws for the first image that fails, after the calls for all images have ended
   */
  async detectBatch(inputs: readonly Input[], options: Options = {} as Options): Promise<DetectionResult[]> {
    const settings = this.#settings('detectBatch', options);
    const calls = Array.from(checkArray('inputs', inputs), (input) => this.#detect(input as Input, settings));
    await Promise.allSettled(calls);
    return Promise.all(calls);
  }

  /**
   * @internal Like `detect`, but an aborted call also settles only when nothing of it runs any more. For threads, which must not
   * be terminated while a network runs.
   */
  async detectToEnd(input: Input, options: Options): Promise<DetectionResult> {
    return this.#finish(input, this.#settings('detect', options));
  }

  /**
   * @internal The faces at known places, for trackers whose frames are worked on in another thread. It settles as
   * {@link detectToEnd} does.
   */
  async followToEnd(
    input: Input,
    keypoints: readonly (readonly Point[])[],
    { signal, ...options }: AlignOptions & Pick<CallOptions, 'signal'>,
  ): Promise<FollowedFace[]> {
    const checked = checkOptions('follow', options, ALIGN_OPTIONS);
    const reading = { ...checkOptions('follow', {}, this.#platform.readOptions), signal } as unknown as Options;
    const follow = ({ pixels }: ReadImage) => followFaces(this.#platform, pixels, keypoints, checked, this.#workspace);
    return this.#calls.admit(() => this.#withPixels(input, reading, follow));
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: Input, options: Options = {} as Options): Promise<RawOutputs> {
    return toRawOutputs((await this.#detect(input, this.#settings('run', options))).faces);
  }

  /**
   * Many images in order. The next image is decoded while the networks run on the current one.
   * @param options.concurrency images under way at once, default 2
   * @throws InvalidOptionError at once; the error of one image is part of the stream, as its result
   */
  stream<One extends Input>(
    inputs: Iterable<One> | AsyncIterable<One>,
    options: Options & { concurrency?: number | undefined } = {} as Options,
  ): AsyncGenerator<StreamResult<One>, void, undefined> {
    const { concurrency, ...settings } = this.#settings<{ concurrency: number }>('stream', options, {
      concurrency: orElse(DEFAULT_CONCURRENCY, checkConcurrency),
    });
    return streamResults(inputs, concurrency, (input) => this.#detect(input, settings));
  }

  /**
   * Follows faces over the frames of a video or camera with a {@link FaceTracker} and this detector's networks. Frames may be
   * anything that `detect` takes.
   * @throws InvalidOptionError
   */
  createTracker(options: TrackerOptions = {}): FrameTracker<Input> {
    const reading = checkOptions('createTracker', {}, this.#platform.readOptions) as unknown as Options;
    const tracker = new FaceTracker(this.#platform, options);
    const calls = new InFlight('the tracker');
    // Decoding one frame can take longer than decoding the next. Frames are tracked in the order of the calls.
    const turns = new Semaphore(1);
    const follow = (frame: Input, time?: number) =>
      turns.run(1, () => this.#withPixels(frame, reading, ({ pixels }) => tracker.track(pixels, time)));
    return {
      track: (frame, time) => this.#calls.admit(() => calls.admit(() => follow(frame, time))),
      reset: () => void turns.run(1, async () => tracker.reset()),
      close: () => calls.close(async () => undefined),
    };
  }

  /** Waits for running calls, then frees both networks. Later calls are refused. Closing twice is allowed. */
  close(): Promise<void> {
    const { detector, landmarker } = this.#platform;
    return this.#calls.close(() => Promise.all([detector.close(), landmarker.close()]));
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Checks all options of a call and fills in the defaults. */
  #settings<More extends object = object>(owner: string, options: Options, more?: ChecksOf<More>): CallSettings & More {
    const { detector, readOptions } = this.#platform;
    const checked = checkOptions(owner, options, { ...CALL_OPTIONS, ...readOptions, ...more });
    return Object.assign(checked as Checked<typeof CALL_OPTIONS> & More, detectSettings(detector, checked));
  }

  async #detect(input: Input, settings: CallSettings): Promise<DetectionResult> {
    return abortable(this.#finish(input, settings), settings.signal);
  }

  #finish(input: Input, settings: CallSettings): Promise<DetectionResult> {
    return this.#calls.admit(() => this.#places.run(1, () => this.#analyze(input, settings), settings.signal));
  }

  async #analyze(input: Input, settings: CallSettings): Promise<DetectionResult> {
    const start = performance.now();
    return this.#withPixels(input, settings as unknown as Options, async ({ pixels, name, decoder, fullSize }) => {
      const decoded = performance.now();
      const { detector, identity, version } = this.#platform;
      const { width, height } = pixels;
      const found = await runPipeline(this.#platform, pixels, settings, this.#workspace);
      return new DetectionResult({
        faces: fullSize ? scaleFaces(found, pixels, fullSize) : found,
        image: { name, decoder, ...(fullSize ? { ...fullSize, reducedTo: { width, height } } : { width, height }) },
        timings: { decode: decoded - start, analyze: performance.now() - decoded },
        networks: receipt(identity, detector.runtime, resultOptions(settings, pixels), version),
        pixels: settings.withPixels ? pixels : undefined,
      });
    });
  }

  /** Reads an image and works on it. Its share of the images' memory is held until the work has ended. */
  async #withPixels<T>(input: Input, options: Options, work: (image: ReadImage) => Promise<T>): Promise<T> {
    const { signal } = options;
    const releases: (() => void)[] = [];
    const reserve = async (bytes: number) => {
      releases.push(await this.#imageMemory.acquire(bytes, signal));
    };
    try {
      signal?.throwIfAborted();
      const image = await this.#platform.readPixels(input, options, reserve);
      signal?.throwIfAborted();
      return await work(image);
    } finally {
      for (const release of releases) release();
    }
  }
}
