import { type ChecksOf, optional } from '../check-options.js';
import { CALL_OPTIONS, type CallOptions } from '../detector/face-detector.js';
import { WEB_DECODE_OPTIONS, type WebDecodeOptions } from './images/read-pixels.js';
import { checkModelSource, FETCH_OPTIONS, type FetchModelOptions, type ModelSource } from './models/fetch-model.js';
import { RUNTIME_OPTIONS, type WebRuntimeOptions } from './runtime/load-runtime.js';

export interface WebLoadOptions extends WebRuntimeOptions, FetchModelOptions {
  /** SCRFD with key points. Default: the network that comes with this package. */
  detector?: ModelSource | undefined;
  /** 2d106det, or what has its contract. Default: the network that comes with this package. */
  landmarker?: ModelSource | undefined;
}

export interface WebAnalyzeOptions extends CallOptions, WebDecodeOptions {}

/** Checks and defaults of the options of loading. */
export const WEB_LOAD_OPTIONS = {
  ...RUNTIME_OPTIONS,
  ...FETCH_OPTIONS,
  detector: optional(checkModelSource),
  landmarker: optional(checkModelSource),
} satisfies ChecksOf<WebLoadOptions>;

/** Checks and defaults of the options of a call. */
export const WEB_ANALYZE_OPTIONS = { ...CALL_OPTIONS, ...WEB_DECODE_OPTIONS } satisfies ChecksOf<WebAnalyzeOptions>;
