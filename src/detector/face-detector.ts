import { describe, InvalidOptionError } from '../errors.js';
import { checkLandmarker } from '../landmark106/contract.js';
import { toRawOutputs } from '../merged/raw-outputs.js';
import { checkObject } from '../options.js';
import { InFlight } from '../runtime/in-flight.js';
import type { OnnxNetwork } from '../runtime/onnx-network.js';
import { checkDetector } from '../scrfd/contract.js';
import { analyzeFaces, type PipelineOptions } from '../stages/pipeline.js';
import { Workspace } from '../stages/workspace.js';
import type { Face, PixelImage, RawOutputs } from '../types.js';
import { abortable } from './abortable.js';
import { type StreamResult, streamResults } from './stream-results.js';

/** The options of a call, without those of the decoder. */
export interface CallOptions extends PipelineOptions {
  /** Aborting rejects the call at once with the signal's reason; a network that runs ends first, unseen. */
  signal?: AbortSignal;
}

/** What is known of the image that was analysed. */
export interface ImageInfo {
  width: number;
  height: number;
  /** Which decoder ran; no two of them give the same pixels for a JPEG. `none` for raw pixels. */
  decoder: string;
}

/** Milliseconds of one call. */
export interface Timings {
  /** Reading and decoding the image. */
  decode: number;
  /** Everything from pixels to faces. */
  analyze: number;
}

/** The faces of one image, best score first, with what is known of the image. */
export type Faces = Face[] & { image: ImageInfo; timings: Timings };

/** Pixels, and which decoder gave them. */
export type ReadPixels = PixelImage & { decoder?: string };

/** What a platform brings: two open networks and a way from its kinds of images to pixels. */
export interface Platform<Input, Options> {
  detector: OnnxNetwork;
  landmarker: OnnxNetwork;
  readPixels(input: Input, options: Options): Promise<ReadPixels>;
}

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
 * Calls may overlap. `close()` lets running calls finish and frees the networks.
 */
export class FaceDetector<Input, Options extends CallOptions> {
  readonly #platform: Platform<Input, Options>;
  readonly #workspace = new Workspace();
  readonly #calls = new InFlight('the detector');

  constructor(platform: Platform<Input, Options>) {
    this.#platform = platform;
  }

  /**
   * The faces of one image as objects.
   * @throws ImageDecodeError, InvalidImageError, InvalidOptionError, InferenceError, ClosedError, or the signal's reason
   */
  async detect(input: Input, options: Options = {} as Options): Promise<Faces> {
    checkCallOptions(options);
    const call = this.#calls.run(() => this.#analyze(input, options));
    return abortable(call, options.signal);
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: Input, options: Options = {} as Options): Promise<RawOutputs> {
    return toRawOutputs(await this.detect(input, options));
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

  async #analyze(input: Input, options: Options): Promise<Faces> {
    const start = performance.now();
    options.signal?.throwIfAborted();
    const image = await this.#platform.readPixels(input, options);
    options.signal?.throwIfAborted();
    const decoded = performance.now();
    const faces = await analyzeFaces(this.#platform, image, options, this.#workspace);
    return Object.assign(faces, {
      image: { width: image.width, height: image.height, decoder: image.decoder ?? 'none' },
      timings: { decode: decoded - start, analyze: performance.now() - decoded },
    });
  }
}
