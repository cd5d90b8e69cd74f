import { type CallOptions, FaceDetector, openPair } from '../detector/face-detector.js';
import { checkObject } from '../options.js';
import { Semaphore } from '../runtime/semaphore.js';
import { type ImageMemoryOptions, imageMemoryBytes } from './image-memory.js';
import type { DecodeOptions } from './images/image-file.js';
import { type ImageInput, readPixels } from './images/image-input.js';
import { type NdarrayOutputs, ndarrayOutputs } from './ndarray-outputs.js';
import { loadNetwork } from './runtime/load-network.js';

export interface LoadOptions extends ImageMemoryOptions {
  /** SCRFD with key points: a path or the file's bytes */
  detector: string | Uint8Array;
  /** 2d106det: a path or the file's bytes */
  landmarker: string | Uint8Array;
  /** Threads of one network run. Default: the physical cores. */
  threads?: number;
}

export interface AnalyzeOptions extends CallOptions, DecodeOptions {}

export interface StreamOptions extends AnalyzeOptions {
  /** Images under way at once. */
  concurrency?: number;
}

/** The detector on Node: networks from files, images from paths, URLs, encoded bytes or raw pixels. */
export class FacialLandmarkDetector extends FaceDetector<ImageInput, AnalyzeOptions> {
  /**
   * Opens both networks and checks that they are what they should be.
   * @param imageMemory @internal what decoded pixels are taken from, where several detectors share it
   * @throws ModelNotFoundError, ModelFileError, ModelContractError
   */
  static async load(options: LoadOptions, imageMemory?: Pick<Semaphore, 'acquire'>): Promise<FacialLandmarkDetector> {
    checkObject('the options of load', options);
    const memory = imageMemory ?? new Semaphore(imageMemoryBytes(options));
    const { detector, landmarker, threads } = options;
    const open = (source: string | Uint8Array, name: string) =>
      loadNetwork(source, { threads, ...(typeof source === 'string' ? {} : { name }) });
    const networks = await openPair(
      () => open(detector, 'detector bytes'),
      () => open(landmarker, 'landmarker bytes'),
    );
    return new FacialLandmarkDetector({ ...networks, readPixels, imageMemory: memory });
  }

  /** The merged model's six outputs for one image, under its own names, as ndarrays. */
  override async run(input: ImageInput, options: AnalyzeOptions = {}): Promise<NdarrayOutputs> {
    return ndarrayOutputs(await super.run(input, options));
  }
}
