import { describe, InvalidOptionError } from '../errors.js';
import { checkLandmarker } from '../landmark106/contract.js';
import { checkObject } from '../options.js';
import { analyzeFaces, type PipelineOptions } from '../pipeline.js';
import { toRawOutputs } from '../raw-outputs.js';
import { checkDetector } from '../scrfd/contract.js';
import type { Face, Network, PixelImage, RawOutputs } from '../types.js';
import { Workspace } from '../workspace.js';
import { abortable } from './abortable.js';
import { type DecodedImage, type DecodeOptions, decodeImage, readImage } from './image-file.js';
import { InFlight } from './in-flight.js';
import { loadNetwork, type OnnxNetwork } from './onnx-network.js';
import { type StreamResult, streamResults } from './stream-results.js';

/** A path, a `file:` URL, the bytes of an encoded image, or raw pixels with their channel order. */
export type ImageInput = string | URL | Uint8Array | PixelImage;

export interface LoadOptions {
  /** SCRFD with key points: a path or the file's bytes */
  detector: string | Uint8Array;
  /** 2d106det: a path or the file's bytes */
  landmarker: string | Uint8Array;
  /** Threads of one network run. Default: the physical cores. */
  threads?: number;
}

export interface AnalyzeOptions extends PipelineOptions, DecodeOptions {
  /** Aborting rejects the call at once with the signal's reason; a network that runs ends first, unseen. */
  signal?: AbortSignal;
}

export interface StreamOptions extends AnalyzeOptions {
  /** Images under way at once. */
  concurrency?: number;
}

/** What is known of the image that was analysed. */
export interface ImageInfo {
  width: number;
  height: number;
  /** Which decoder ran; the two do not give the same pixels for a JPEG. `none` for raw pixels. */
  decoder: 'sharp' | 'jimp' | 'none';
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

/**
 * Refuses what no call can take.
 * @throws InvalidOptionError
 */
export function checkImageInput(input: unknown): asserts input is ImageInput {
  const isObject = typeof input === 'object' && input !== null;
  const isPixels = isObject && 'data' in input && 'channelOrder' in input;
  if (typeof input === 'string' || input instanceof URL || input instanceof Uint8Array || isPixels) return;
  throw new InvalidOptionError({
    name: 'the image',
    expected: 'a path, a file: URL, the bytes of an encoded image, or { data, width, height, channelOrder }',
    received: describe(input),
  });
}

/**
 * Refuses what would fail later, out of the caller's sight.
 * @throws InvalidOptionError
 */
export function checkAnalyzeOptions(options: AnalyzeOptions): void {
  checkObject('the options', options);
  const { signal } = options;
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidOptionError({ name: 'signal', expected: 'an AbortSignal', received: describe(signal) });
}

async function toPixels(input: ImageInput, options: DecodeOptions): Promise<PixelImage | DecodedImage> {
  checkImageInput(input);
  if (typeof input === 'string' || input instanceof URL) return readImage(input, options);
  return input instanceof Uint8Array ? decodeImage(input, options) : input;
}

/**
 * Photo in, faces out: the two networks and everything around them.
 *
 * Calls may overlap. `close()` lets running calls finish and frees the networks.
 */
export class FacialLandmarkDetector {
  readonly #detector: OnnxNetwork;
  readonly #landmarker: OnnxNetwork;
  readonly #workspace = new Workspace();
  readonly #calls = new InFlight('the detector');

  private constructor(detector: OnnxNetwork, landmarker: OnnxNetwork) {
    this.#detector = detector;
    this.#landmarker = landmarker;
  }

  /**
   * Opens both networks and checks that they are what they should be.
   * @throws ModelNotFoundError, ModelFileError, ModelContractError
   */
  static async load(options: LoadOptions): Promise<FacialLandmarkDetector> {
    checkObject('the options of load', options);
    const { detector, landmarker, threads } = options;
    const opened: OnnxNetwork[] = [];
    const open = async (source: string | Uint8Array, name: string, check: (network: Network) => void) => {
      const network = await loadNetwork(source, { threads, ...(typeof source === 'string' ? {} : { name }) });
      opened.push(network);
      check(network);
      return network;
    };
    try {
      return new FacialLandmarkDetector(
        await open(detector, 'detector bytes', checkDetector),
        await open(landmarker, 'landmarker bytes', checkLandmarker),
      );
    } catch (error) {
      await Promise.all(opened.map((network) => network.close()));
      throw error;
    }
  }

  /**
   * The faces of one image as objects.
   * @throws ImageDecodeError, InvalidImageError, InvalidOptionError, InferenceError, ClosedError, or the signal's reason
   */
  async detect(input: ImageInput, options: AnalyzeOptions = {}): Promise<Faces> {
    checkAnalyzeOptions(options);
    const call = this.#calls.run(() => this.#analyze(input, options));
    return abortable(call, options.signal);
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: ImageInput, options: AnalyzeOptions = {}): Promise<RawOutputs> {
    return toRawOutputs(await this.detect(input, options));
  }

  /**
   * Many images in order, the next one decoded while this one's networks run.
   * @param options.concurrency images under way at once, default 2
   */
  stream<Input extends ImageInput>(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    { concurrency = 2, ...options }: StreamOptions = {},
  ): AsyncGenerator<StreamResult<Input>, void, undefined> {
    return streamResults(inputs, concurrency, (input) => this.detect(input, options));
  }

  /** Lets running calls finish, then frees both networks. Later calls are refused; closing twice is fine. */
  close(): Promise<void> {
    return this.#calls.close(() => Promise.all([this.#detector.close(), this.#landmarker.close()]));
  }

  async #analyze(input: ImageInput, options: AnalyzeOptions): Promise<Faces> {
    const start = performance.now();
    options.signal?.throwIfAborted();
    const image = await toPixels(input, options);
    options.signal?.throwIfAborted();
    const decoded = performance.now();
    const networks = { detector: this.#detector, landmarker: this.#landmarker };
    const faces = await analyzeFaces(networks, image, options, this.#workspace);
    return Object.assign(faces, {
      image: {
        width: image.width,
        height: image.height,
        decoder: 'decoder' in image ? image.decoder : ('none' as const),
      },
      timings: { decode: decoded - start, analyze: performance.now() - decoded },
    });
  }
}
