import { type CallOptions, FaceDetector, openPair } from '../detector/face-detector.js';
import { checkObject } from '../options.js';
import { networkFromSession, type OnnxNetwork } from '../runtime/onnx-network.js';
import { type OrtRuntime, openOrtSession } from '../runtime/ort-session.js';
import type { NetworksIdentity } from '../runtime/receipt.js';
import type { RuntimeInfo } from '../runtime/session.js';
import { VERSION } from '../version.js';
import { readPixels, WEB_DECODE_OPTIONS, type WebDecodeOptions, type WebImageInput } from './images/read-pixels.js';
import { BUILT_IN_DETECTOR, BUILT_IN_LANDMARKER } from './models/built-in.js';
import { type FetchModelOptions, fetchModel, type ModelSource } from './models/fetch-model.js';
import { loadWebRuntime, type WebRuntimeOptions } from './runtime/load-runtime.js';

export interface WebLoadOptions extends WebRuntimeOptions, FetchModelOptions {
  /** SCRFD with key points. Default: the network that comes with this package. */
  detector?: ModelSource | undefined;
  /** 2d106det, or what has its contract. Default: the network that comes with this package. */
  landmarker?: ModelSource | undefined;
}

export interface WebAnalyzeOptions extends CallOptions, WebDecodeOptions {}

const nameOf = (source: ModelSource): string => {
  if (typeof source === 'string' || source instanceof URL) return String(source);
  return 'url' in source ? String(source.url) : 'bytes';
};

async function openNetwork(runtime: OrtRuntime, model: Uint8Array, name: string): Promise<OnnxNetwork> {
  const settings = { executionProviders: [runtime.info.provider], graphOptimizationLevel: 'all', logSeverityLevel: 3 };
  return networkFromSession(await openOrtSession(runtime, model, name, settings));
}

/** The detector in a browser: networks by address, images from elements, canvases, files or raw pixels. */
export class FacialLandmarkDetector extends FaceDetector<WebImageInput, WebAnalyzeOptions> {
  /** What runs the networks: package, version, device, threads. */
  readonly runtime: RuntimeInfo;

  private constructor(networks: { detector: OnnxNetwork; landmarker: OnnxNetwork }, identity: NetworksIdentity) {
    super({ ...networks, identity, version: VERSION, readOptions: WEB_DECODE_OPTIONS, readPixels });
    this.runtime = networks.detector.runtime;
  }

  /**
   * Loads the runtime and both networks, the built-in ones unless others are given. Nothing comes from another host than the
   * addresses say.
   * @throws DownloadError, ModelFileError, ModelContractError, InvalidOptionError, or the signal's reason
   */
  static async load(options: WebLoadOptions = {}): Promise<FacialLandmarkDetector> {
    checkObject('the options of load', options);
    const { detector = BUILT_IN_DETECTOR, landmarker = BUILT_IN_LANDMARKER } = options;
    const runtime = await loadWebRuntime(options);
    const models = {
      detector: await fetchModel(detector, options),
      landmarker: await fetchModel(landmarker, options),
    };
    const networks = await openPair(
      () => openNetwork(runtime, models.detector.bytes, `the detector (${nameOf(detector)})`),
      () => openNetwork(runtime, models.landmarker.bytes, `the landmarker (${nameOf(landmarker)})`),
    );
    const isBuiltIn = detector === BUILT_IN_DETECTOR && landmarker === BUILT_IN_LANDMARKER;
    return new FacialLandmarkDetector(networks, {
      set: isBuiltIn ? 'mediapipe' : 'custom',
      licence: isBuiltIn ? 'Apache-2.0' : 'unknown',
      digests: { detector: models.detector.sha256, landmarker: models.landmarker.sha256 },
    });
  }
}
