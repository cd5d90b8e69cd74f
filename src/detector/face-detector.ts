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
import { checkBoolean, checkFunction, checkObject, checkText } from '../options.js';
import { InFlight } from '../runtime/in-flight.js';
import type { OnnxNetwork } from '../runtime/onnx-network.js';
import { checkIdentity, checkRuntimeInfo, type NetworksIdentity, receipt } from '../runtime/receipt.js';
import { Semaphore } from '../runtime/semaphore.js';
import { checkDetector } from '../scrfd/contract.js';
import { type DetectSettings, detectSettings } from '../stages/detect-faces.js';
import {
  checkNetworks,
  PIPELINE_OPTIONS,
  type PipelineOptions,
  resultOptions,
  runPipeline,
} from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import { FaceTracker, type TrackerOptions } from '../tracking/face-tracker.js';
import type { ImageInfo, PixelImage, RawOutputs } from '../types.js';
import { abortable } from './abortable.js';
import { checkAbortSignal } from './check-abort-signal.js';
import { DetectionResult } from './detection-result.js';
import type { FrameTracker } from './frame-tracker.js';
import { type StreamResult, streamResults } from './stream-results.js';

/** The options of a call, without those of the decoder. */
export interface CallOptions extends PipelineOptions {
  /** Aborting rejects the call at once with the signal's reason; a network that runs ends first, unseen. */
  signal?: AbortSignal | undefined;
  /** Have the pixels back in the result, to draw the faces or to cut them out without decoding twice. Default false. */
  withPixels?: boolean | undefined;
}

/** Pixels and where they come from. */
export interface ReadImage extends Pick<ImageInfo, 'name' | 'decoder'> {
  pixels: PixelImage;
  /** Of an image that was decoded smaller. */
  fullSize?: { width: number; height: number } | undefined;
}

/** What a platform brings: two open networks and a way from its kinds of images to pixels. */
export interface Platform<Input, Options> {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
  /** What each option of reading must be, beside those of every call. */
  readOptions: Checks;
  /** Which networks they are, for the receipts of the results. */
  identity: NetworksIdentity;
  /** Version of this library. */
  version: string;
  /**
   * @param options checked, with what stands for those that were left out
   * @param reserve waits until the image may take so many bytes, until the call ends; asked once its size is known, before
   * anything is decoded
   */
  readPixels(input: Input, options: Options, reserve: (bytes: number) => Promise<void>): Promise<ReadImage>;
  /** Bytes that the images of all calls share. Default {@link IMAGE_MEMORY}. */
  imageMemory?: Pick<Semaphore, 'acquire'> | undefined;
}

/**
 * Calls that hold anything at once: enough for all threads that networks and decoders run in (libuv has four), and as many
 * ready to follow them. Each holds its image and the inputs of its networks, of which the detector's takes 4.9 MB.
 */
const CALLS_AT_ONCE = 8;

/** Bytes that the images of all calls take together where the platform does not say. */
const IMAGE_MEMORY = 2 ** 29;

/** What each option of a call must be, and what stands for it where it is left out. */
export const CALL_OPTIONS = {
  ...PIPELINE_OPTIONS,
  signal: optional(checkAbortSignal),
  withPixels: orElse(false, checkBoolean),
} satisfies ChecksOf<CallOptions>;

type CallSettings = DetectSettings<Checked<typeof CALL_OPTIONS>>;

const DEFAULT_CONCURRENCY = 2;
/** Images of a stream that are under way at once. */
export const checkConcurrency = integerIn(1, 1024);

/**
 * Opens both networks, one after the other, and checks that they are what they should be. When one fails, both are closed.
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
 * Calls may overlap; any number may be made at once, for a call that waits for its turn holds nothing but its input, which
 * must stay as it is until the call ends. `close()` lets running calls finish and frees the networks.
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
   * @internal The same, but it settles only when nothing of the call runs any more, also when it is aborted: for threads that
   * must not be ended before.
   */
  async detectToEnd(input: Input, options: Options): Promise<DetectionResult> {
    return this.#finish(input, this.#settings('detect', options));
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: Input, options: Options = {} as Options): Promise<RawOutputs> {
    return toRawOutputs((await this.#detect(input, this.#settings('run', options))).faces);
  }

  /**
   * Many images in order, the next one decoded while this one's networks run.
   * @param options.concurrency images under way at once, default 2
   * @throws InvalidOptionError at once; what is wrong with one image comes as its result
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
   * Follows faces over the frames of a video or camera, as {@link FaceTracker} does, with this detector's networks and from all
   * that it takes as an image.
   * @throws InvalidOptionError
   */
  createTracker(options: TrackerOptions = {}): FrameTracker<Input> {
    const reading = checkOptions('createTracker', {}, this.#platform.readOptions) as unknown as Options;
    const tracker = new FaceTracker(this.#platform, options);
    const calls = new InFlight('the tracker');
    // Reading takes longer for one frame than for the next: their order is that of the calls.
    const turns = new Semaphore(1);
    const follow = (frame: Input, time?: number) =>
      turns.run(1, () => this.#withPixels(frame, reading, ({ pixels }) => tracker.track(pixels, time)));
    return {
      track: (frame, time) => this.#calls.admit(() => calls.admit(() => follow(frame, time))),
      reset: () => void turns.run(1, async () => tracker.reset()),
      close: () => calls.close(async () => undefined),
    };
  }

  /** Lets running calls finish, then frees both networks. Later calls are refused; closing twice is fine. */
  close(): Promise<void> {
    const { detector, landmarker } = this.#platform;
    return this.#calls.close(() => Promise.all([detector.close(), landmarker.close()]));
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** All options of a call, before anything is done. */
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

  /** Reads an image and works on it; until then it has its share of the images' memory. */
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
