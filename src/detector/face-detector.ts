/// <reference lib="esnext.disposable" preserve="true" />
import { describe, InvalidOptionError } from '../errors.js';
import { checkLandmarker } from '../landmark106/contract.js';
import { toRawOutputs } from '../merged/raw-outputs.js';
import { checkObject } from '../options.js';
import { InFlight } from '../runtime/in-flight.js';
import type { OnnxNetwork } from '../runtime/onnx-network.js';
import { Semaphore } from '../runtime/semaphore.js';
import { checkDetector } from '../scrfd/contract.js';
import { analyzeFaces, type PipelineOptions } from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import type { ImageInfo, PixelImage, RawOutputs } from '../types.js';
import { abortable } from './abortable.js';
import { DetectionResult } from './detection-result.js';
import { type StreamResult, streamResults } from './stream-results.js';

/** The options of a call, without those of the decoder. */
export interface CallOptions extends PipelineOptions {
  /** Aborting rejects the call at once with the signal's reason; a network that runs ends first, unseen. */
  signal?: AbortSignal;
  /** Have the pixels back in the result, to draw the faces or to cut them out without decoding twice. Default false. */
  withPixels?: boolean;
}

/** Pixels and where they come from. */
export interface ReadImage extends Pick<ImageInfo, 'name' | 'decoder'> {
  pixels: PixelImage;
}

/** What a platform brings: two open networks and a way from its kinds of images to pixels. */
export interface Platform<Input, Options> {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
  /**
   * @param reserve waits until so many bytes of pixels may be held until the call ends; asked once the size is known, before
   * anything is decoded
   */
  readPixels(input: Input, options: Options, reserve: (bytes: number) => Promise<void>): Promise<ReadImage>;
  /** Bytes that the decoded pixels of all calls share. Default {@link IMAGE_MEMORY}. */
  imageMemory?: Pick<Semaphore, 'acquire'>;
}

/**
 * Calls that hold anything at once: enough for all threads that networks and decoders run in (libuv has four), and as many
 * ready to follow them. Each holds its image and the inputs of its networks, of which the detector's takes 4.9 MB.
 */
const CALLS_AT_ONCE = 8;

/** Bytes of decoded pixels that calls hold at once where the platform does not say: 12 megapixels for each call. */
const IMAGE_MEMORY = CALLS_AT_ONCE * 12e6 * 3;

/**
 * Refuses what would fail later, out of the caller's sight.
 * @throws InvalidOptionError
 */
export function checkCallOptions(options: CallOptions): void {
  checkObject('the options', options);
  const { signal } = options;
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidOptionError({ name: 'signal', expected: 'an AbortSignal', received: describe(signal) });
}

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

  constructor(platform: Platform<Input, Options>) {
    this.#platform = platform;
    this.#imageMemory = platform.imageMemory ?? new Semaphore(IMAGE_MEMORY);
  }

  /**
   * The faces of one image.
   * @throws ImageDecodeError, InvalidImageError, InvalidOptionError, InferenceError, ClosedError, or the signal's reason
   */
  async detect(input: Input, options: Options = {} as Options): Promise<DetectionResult> {
    checkCallOptions(options);
    return abortable(this.detectToEnd(input, options), options.signal);
  }

  /**
   * @internal The same, but it settles only when nothing of the call runs any more, also when it is aborted: for threads that
   * must not be ended before.
   */
  detectToEnd(input: Input, options: Options): Promise<DetectionResult> {
    return this.#calls.admit(() => this.#places.run(1, () => this.#analyze(input, options), options.signal));
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: Input, options: Options = {} as Options): Promise<RawOutputs> {
    return toRawOutputs((await this.detect(input, options)).faces);
  }

  /**
   * Many images in order, the next one decoded while this one's networks run.
   * @param options.concurrency images under way at once, default 2
   */
  stream<One extends Input>(
    inputs: Iterable<One> | AsyncIterable<One>,
    { concurrency = 2, ...options }: Options & { concurrency?: number } = {} as Options,
  ): AsyncGenerator<StreamResult<One>, void, undefined> {
    return streamResults(inputs, concurrency, (input) => this.detect(input, options as unknown as Options));
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

  async #analyze(input: Input, options: Options): Promise<DetectionResult> {
    const { signal } = options;
    const releases: (() => void)[] = [];
    const reserve = async (bytes: number) => {
      releases.push(await this.#imageMemory.acquire(bytes, signal));
    };
    try {
      const start = performance.now();
      signal?.throwIfAborted();
      const { pixels, name, decoder } = await this.#platform.readPixels(input, options, reserve);
      signal?.throwIfAborted();
      const decoded = performance.now();
      const faces = await analyzeFaces(this.#platform, pixels, options, this.#workspace);
      return new DetectionResult({
        faces,
        image: { name, width: pixels.width, height: pixels.height, decoder },
        timings: { decode: decoded - start, analyze: performance.now() - decoded },
        pixels: options.withPixels ? pixels : undefined,
      });
    } finally {
      for (const release of releases) release();
    }
  }
}
