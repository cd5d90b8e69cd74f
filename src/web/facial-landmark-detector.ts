import { checkOptions } from '../check-options.js';
import { FaceDetector, openPair } from '../detector/face-detector.js';
import { type OpenedOnDevice, openOnDevice, type PassedOver } from '../detector/open-on-device.js';
import type { NetworksIdentity } from '../runtime/receipt.js';
import type { RuntimeInfo } from '../runtime/session.js';
import { VERSION } from '../version.js';
import { readPixels, WEB_DECODE_OPTIONS, type WebImageInput } from './images/read-pixels.js';
import { BUILT_IN_DETECTOR, BUILT_IN_LANDMARKER } from './models/built-in.js';
import { fetchModel, type ModelSource } from './models/fetch-model.js';
import { loadWebRuntime, type WebDevice } from './runtime/load-runtime.js';
import { openNetwork } from './runtime/open-network.js';
import { WEB_LOAD_OPTIONS, type WebAnalyzeOptions, type WebLoadOptions } from './web-options.js';

const nameOf = (source: ModelSource): string => {
  if (typeof source === 'string' || source instanceof URL) return String(source);
  return 'url' in source ? String(source.url) : 'bytes';
};

/** The detector in a browser: networks by address, images from elements, canvases, files or raw pixels. */
export class FacialLandmarkDetector extends FaceDetector<WebImageInput, WebAnalyzeOptions> {
  /** What runs the networks: package, version, device, threads. */
  readonly runtime: RuntimeInfo;

  /** Devices before it in the list that was asked for, and why each does not run the networks. */
  readonly passedOver: readonly PassedOver[];

  private constructor(networks: OpenedOnDevice<WebDevice>, identity: NetworksIdentity) {
    const { detector, landmarker, passedOver } = networks;
    super({ detector, landmarker, identity, version: VERSION, readOptions: WEB_DECODE_OPTIONS, readPixels });
    this.runtime = detector.runtime;
    this.passedOver = passedOver;
  }

  /**
   * Loads the runtime and both networks, the built-in ones unless others are given. Nothing comes from another host than the
   * addresses say.
   * @throws DownloadError, ModelFileError, ModelContractError, InvalidOptionError, DeviceError, or the signal's reason
   */
  static async load(options: WebLoadOptions = {}): Promise<FacialLandmarkDetector> {
    const settings = checkOptions('load', options, WEB_LOAD_OPTIONS);
    const { detector = BUILT_IN_DETECTOR, landmarker = BUILT_IN_LANDMARKER } = settings;
    const runtime = await loadWebRuntime(settings);
    const models = {
      detector: await fetchModel(detector, settings),
      landmarker: await fetchModel(landmarker, settings),
    };
    const { device, signal } = settings;
    const networks = await openOnDevice({
      devices: device,
      reference: 'wasm',
      open: (one) =>
        openPair(
          () => openNetwork(runtime, one, models.detector.bytes, `the detector (${nameOf(detector)})`),
          () => openNetwork(runtime, one, models.landmarker.bytes, `the landmarker (${nameOf(landmarker)})`),
        ),
      signal,
    });
    const isBuiltIn = detector === BUILT_IN_DETECTOR && landmarker === BUILT_IN_LANDMARKER;
    return new FacialLandmarkDetector(networks, {
      set: isBuiltIn ? 'mediapipe' : 'custom',
      licence: isBuiltIn ? 'Apache-2.0' : 'unknown',
      digests: { detector: models.detector.sha256, landmarker: models.landmarker.sha256 },
    });
  }
}
