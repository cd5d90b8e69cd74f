import type { ChecksOf } from '../check-options.js';
import { CALL_OPTIONS, type CallOptions, FaceDetector, openPair } from '../detector/face-detector.js';
import { checkObject } from '../options.js';
import { Semaphore } from '../runtime/semaphore.js';
import { type ImageMemoryOptions, imageMemoryBytes } from './image-memory.js';
import { DECODE_OPTIONS, type DecodeOptions } from './images/image-file.js';
import { type ImageInput, readPixels } from './images/image-input.js';
import { type NdarrayOutputs, ndarrayOutputs } from './ndarray-outputs.js';
import { loadNetwork } from './runtime/load-network.js';
import { checkModelSource } from './runtime/onnx-session.js';

export interface LoadOptions extends ImageMemoryOptions {
  /** SCRFD with key points: a path or the file's bytes */
  detector: string | Uint8Array;
  /** 2d106det: a path or the file's bytes */
  landmarker: string | Uint8Array;
  /** Threads of one network run. Default: the physical cores. */
  threads?: number | undefined;
}

export interface AnalyzeOptions extends CallOptions, DecodeOptions {}

/** What each option of a call must be, and what stands for it where it is left out. */
export const ANALYZE_OPTIONS = { ...CALL_OPTIONS, ...DECODE_OPTIONS } satisfies ChecksOf<AnalyzeOptions>;

export interface StreamOptions extends AnalyzeOptions {
  /** Images under way at once. */
  concurrency?: number | undefined;
}

/** The detector on Node: networks from files, images from paths, URLs, encoded bytes or raw pixels. */
export class FacialLandmarkDetector extends FaceDetector<ImageInput, AnalyzeOptions> {
  /**
   * Opens both networks and checks that they are what they should be.
   * @param imageMemory @internal what images take memory from, where several detectors share it
   * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, ModelContractError
   */
  static async load(options: LoadOptions, imageMemory?: Pick<Semaphore, 'acquire'>): Promise<FacialLandmarkDetector> {
    checkObject('the options of load', options);
    const memory = imageMemory ?? new Semaphore(imageMemoryBytes(options));
    const { detector, landmarker, threads } = options;
    checkModelSource('detector', detector);
    checkModelSource('landmarker', landmarker);
    const open = (source: string | Uint8Array, name: string) =>
      loadNetwork(source, { threads, ...(typeof source === 'string' ? {} : { name }) });
    const networks = await openPair(
      () => open(detector, 'detector bytes'),
      () => open(landmarker, 'landmarker bytes'),
    );
    return new FacialLandmarkDetector({ ...networks, readOptions: DECODE_OPTIONS, readPixels, imageMemory: memory });
  }

  /** The merged model's six outputs for one image, under its own names, as ndarrays. */
  override async run(input: ImageInput, options: AnalyzeOptions = {}): Promise<NdarrayOutputs> {
    return ndarrayOutputs(await super.run(input, options));
  }
}
