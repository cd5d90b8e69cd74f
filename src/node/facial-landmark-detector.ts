import { type Checked, type ChecksOf, checkOptions, integerIn, oneOf, optional, orElse } from '../check-options.js';
import { CALL_OPTIONS, type CallOptions, FaceDetector, openPair } from '../detector/face-detector.js';
import { openOnDevice } from '../detector/open-on-device.js';
import { Semaphore } from '../runtime/semaphore.js';
import { VERSION } from '../version.js';
import { type ImageMemoryOptions, imageMemoryBytes } from './image-memory.js';
import { DECODE_OPTIONS, type DecodeOptions } from './images/image-file.js';
import { type ImageInput, readPixels } from './images/image-input.js';
import { NETWORK_CHOICE, type NetworkChoice, type ResolvedNetworks, resolveNetworks } from './models/find-models.js';
import type { NetworkSource } from './models/identify-networks.js';
import { type NdarrayOutputs, ndarrayOutputs } from './ndarray-outputs.js';
import { checkDevices, type Device } from './runtime/device.js';
import { loadNetwork } from './runtime/load-network.js';
import { RUNTIME_CHOICES, type RuntimeChoice } from './runtime/load-runtime.js';
import { checkDeviceOptions, type DeviceOptions, MAX_THREADS } from './runtime/onnx-session.js';
import { warnOnce } from './warn-once.js';

/** Options for opening networks. */
export interface OpenOptions {
  /** Threads of one network run. Default: the physical cores. */
  threads?: number | undefined;
  /**
   * The device that runs the networks, or several in the order of preference. Default `cpu`. Another device is used only if its
   * results on a drawn picture agree with the processor's. A device that is not available or gives wrong results is an error; in
   * a list it is passed over with a warning of the process (`FACIAL_LMK_DEVICE`).
   */
  device?: Device | readonly Device[] | undefined;
  /** ONNX Runtime's options of the device, e.g. `{ deviceId: 1 }`. They are passed to every device of a list except `cpu`. */
  deviceOptions?: DeviceOptions | undefined;
  /** The build of ONNX Runtime. Default `auto`: native code if it can be loaded, else WebAssembly. */
  runtime?: RuntimeChoice | undefined;
}

export interface LoadOptions extends NetworkChoice, OpenOptions, ImageMemoryOptions {}

/** Checks and defaults of the options of opening. */
export const OPEN_OPTIONS = {
  threads: optional(integerIn(1, MAX_THREADS)),
  device: orElse(['cpu'] as Device[], checkDevices),
  deviceOptions: optional(checkDeviceOptions),
  runtime: orElse('auto', oneOf(RUNTIME_CHOICES)),
} satisfies ChecksOf<OpenOptions>;
export type OpenSettings = Checked<typeof OPEN_OPTIONS>;

const LOAD_OPTIONS = {
  ...NETWORK_CHOICE,
  ...OPEN_OPTIONS,
  imageMemory: optional(integerIn(1, Number.MAX_SAFE_INTEGER)),
} satisfies ChecksOf<LoadOptions>;

export interface AnalyzeOptions extends CallOptions, DecodeOptions {}

/** Checks and defaults of the options of a call. */
export const ANALYZE_OPTIONS = { ...CALL_OPTIONS, ...DECODE_OPTIONS } satisfies ChecksOf<AnalyzeOptions>;

export interface StreamOptions extends AnalyzeOptions {
  /** Number of images to work on at once. */
  concurrency?: number | undefined;
}

/** Both networks on one device, untested. @throws ModelNotFoundError, ModelFileError, ModelContractError, DeviceError */
export function openNetworks(
  { detector, landmarker }: Pick<ResolvedNetworks<NetworkSource>, 'detector' | 'landmarker'>,
  { threads, runtime, deviceOptions }: Omit<OpenSettings, 'device'>,
  device: Device,
) {
  const options = { threads, runtime, device, deviceOptions: device === 'cpu' ? undefined : deviceOptions };
  const open = (source: NetworkSource, name: string) =>
    loadNetwork(source, { ...options, ...(typeof source === 'string' ? {} : { name }) });
  return openPair(
    () => open(detector, 'detector bytes'),
    () => open(landmarker, 'landmarker bytes'),
  );
}

/** The detector on Node: networks from files, images from paths, URLs, encoded bytes or raw pixels. */
export class FacialLandmarkDetector extends FaceDetector<ImageInput, AnalyzeOptions> {
  /**
   * Finds both networks, opens them and checks their inputs and outputs. Without options it takes the set `mediapipe`, which is
   * part of this package, unless there are other networks in the folders named at {@link NetworkChoice.networks}.
   * @throws InvalidOptionError, ModelNotFoundError, ModelFileError, LicenceError, ModelContractError, DeviceError
   */
  static async load(options: LoadOptions = {}): Promise<FacialLandmarkDetector> {
    const checked = checkOptions('load', options, LOAD_OPTIONS);
    const { threads, device, deviceOptions, runtime, imageMemory, ...choice } = checked;
    const memory = new Semaphore(imageMemoryBytes({ imageMemory }));
    const settings = { threads, device, deviceOptions, runtime };
    return FacialLandmarkDetector.open(await resolveNetworks(choice), settings, memory);
  }

  /**
   * @internal Opens networks that are already found.
   * @param imageMemory the memory for decoded pixels, if several detectors share it
   */
  static async open(
    { detector, landmarker, identity }: ResolvedNetworks<NetworkSource>,
    settings: OpenSettings,
    imageMemory: Pick<Semaphore, 'acquire'>,
  ): Promise<FacialLandmarkDetector> {
    const networks = await openOnDevice({
      devices: settings.device,
      reference: 'cpu',
      open: (device) => openNetworks({ detector, landmarker }, settings, device),
    });
    for (const { device, reason } of networks.passedOver) {
      const message = `The device "${device}" is passed over, and "${networks.device}" runs the networks: ${reason}`;
      warnOnce({ message, code: 'FACIAL_LMK_DEVICE' });
    }
    return new FacialLandmarkDetector({
      detector: networks.detector,
      landmarker: networks.landmarker,
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
