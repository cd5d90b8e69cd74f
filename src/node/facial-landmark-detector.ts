import { type ChecksOf, checkOptions, integerIn, optional } from '../check-options.js';
import { CALL_OPTIONS, type CallOptions, FaceDetector, openPair } from '../detector/face-detector.js';
import { Semaphore } from '../runtime/semaphore.js';
import { VERSION } from '../version.js';
import { type ImageMemoryOptions, imageMemoryBytes } from './image-memory.js';
import { DECODE_OPTIONS, type DecodeOptions } from './images/image-file.js';
import { type ImageInput, readPixels } from './images/image-input.js';
import { NETWORK_CHOICE, type NetworkChoice, type ResolvedNetworks, resolveNetworks } from './models/find-models.js';
import type { NetworkSource } from './models/identify-networks.js';
import { type NdarrayOutputs, ndarrayOutputs } from './ndarray-outputs.js';
import { loadNetwork } from './runtime/load-network.js';
import { MAX_THREADS } from './runtime/onnx-session.js';

/** How networks are opened. */
export interface OpenOptions {
  /** Threads of one network run. Default: the physical cores. */
  threads?: number | undefined;
}

export interface LoadOptions extends NetworkChoice, OpenOptions, ImageMemoryOptions {}

const LOAD_OPTIONS = {
  ...NETWORK_CHOICE,
  threads: optional(integerIn(1, MAX_THREADS)),
  imageMemory: optional(integerIn(1, Number.MAX_SAFE_INTEGER)),
} satisfies ChecksOf<LoadOptions>;

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
   * Finds both networks, opens them and checks that they are what they should be. Without options the set `mediapipe`, which
   * comes with this package, unless you have put other networks where {@link NetworkChoice.networks} says.
   * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, LicenceError, ModelContractError
   */
  static async load(options: LoadOptions = {}): Promise<FacialLandmarkDetector> {
    const { threads, imageMemory, ...choice } = checkOptions('load', options, LOAD_OPTIONS);
    const memory = new Semaphore(imageMemoryBytes({ imageMemory }));
    return FacialLandmarkDetector.open(await resolveNetworks(choice), { threads }, memory);
  }

  /**
   * @internal Opens networks that were found already.
   * @param imageMemory what decoded pixels are taken from, where several detectors share it
   */
  static async open(
    { detector, landmarker, identity }: ResolvedNetworks<NetworkSource>,
    { threads }: OpenOptions,
    imageMemory: Pick<Semaphore, 'acquire'>,
  ): Promise<FacialLandmarkDetector> {
    const open = (source: NetworkSource, name: string) =>
      loadNetwork(source, { threads, ...(typeof source === 'string' ? {} : { name }) });
    const networks = await openPair(
      () => open(detector, 'detector bytes'),
      () => open(landmarker, 'landmarker bytes'),
    );
    return new FacialLandmarkDetector({
      ...networks,
      identity,
      version: VERSION,
      readOptions: DECODE_OPTIONS,
      readPixels,
      imageMemory,
    });
  }

  /** The merged model's six outputs for one image, under its own names, as ndarrays. */
  override async run(input: ImageInput, options: AnalyzeOptions = {}): Promise<NdarrayOutputs> {
    return ndarrayOutputs(await super.run(input, options));
  }
}
