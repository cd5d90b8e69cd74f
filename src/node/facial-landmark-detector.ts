import { ClosedError, describe, InvalidOptionError } from '../errors.js';
import { checkLandmarker } from '../landmark106/contract.js';
import { analyzeFaces, type PipelineOptions } from '../pipeline.js';
import { toRawOutputs } from '../raw-outputs.js';
import { checkDetector } from '../scrfd/contract.js';
import type { Face, Network, PixelImage, RawOutputs } from '../types.js';
import { Workspace } from '../workspace.js';
import { type DecodedImage, type DecodeOptions, decodeImage, readImage } from './image-file.js';
import { loadNetwork, type OnnxNetwork } from './onnx-network.js';

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

export interface AnalyzeOptions extends PipelineOptions, DecodeOptions {}

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

function isPixelImage(input: unknown): input is PixelImage {
  return typeof input === 'object' && input !== null && 'data' in input && 'channelOrder' in input;
}

async function toPixels(input: ImageInput, options: DecodeOptions): Promise<PixelImage | DecodedImage> {
  if (typeof input === 'string' || input instanceof URL) return readImage(input, options);
  if (input instanceof Uint8Array) return decodeImage(input, options);
  if (isPixelImage(input)) return input;
  throw new InvalidOptionError({
    name: 'the image',
    expected: 'a path, a file: URL, the bytes of an encoded image, or { data, width, height, channelOrder }',
    received: describe(input),
  });
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
  #closing: Promise<void> | undefined;
  readonly #running = new Set<Promise<unknown>>();

  private constructor(detector: OnnxNetwork, landmarker: OnnxNetwork) {
    this.#detector = detector;
    this.#landmarker = landmarker;
  }

  /**
   * Opens both networks and checks that they are what they should be.
   * @throws ModelNotFoundError, ModelFileError, ModelContractError
   */
  static async load({ detector, landmarker, threads }: LoadOptions): Promise<FacialLandmarkDetector> {
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

  /** The faces of one image as objects. */
  detect(input: ImageInput, options: AnalyzeOptions = {}): Promise<Faces> {
    if (this.#closing) {
      return Promise.reject(
        new ClosedError({
          name: 'the detector',
          expected: 'a call before close()',
          received: 'a call after it',
          hint: 'Load a new one.',
        }),
      );
    }
    const call = this.#analyze(input, options);
    this.#running.add(call);
    const done = () => this.#running.delete(call);
    call.then(done, done);
    return call;
  }

  /** The merged model's six outputs for one image, under its own names. */
  async run(input: ImageInput, options: AnalyzeOptions = {}): Promise<RawOutputs> {
    return toRawOutputs(await this.detect(input, options));
  }

  /** Lets running calls finish, then frees both networks. Later calls are refused; closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    await Promise.allSettled(this.#running);
    await Promise.all([this.#detector.close(), this.#landmarker.close()]);
  }

  async #analyze(input: ImageInput, options: AnalyzeOptions): Promise<Faces> {
    const start = performance.now();
    const image = await toPixels(input, options);
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
