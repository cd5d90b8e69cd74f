// The browser entry: all of the pure one, plus a detector that loads by itself and takes what a page holds.
export { FaceDetector } from '../detector/face-detector.js';
export type { FrameTracker } from '../detector/frame-tracker.js';
export type { PassedOver } from '../detector/open-on-device.js';
export { type ResultJson, type ResultJsonOptions, resultToJson } from '../detector/result-to-json.js';
export * from '../index.js';
export type { RuntimeInfo } from '../runtime/session.js';
export { FacialLandmarkDetector } from './facial-landmark-detector.js';
export type { DrawableImage, WebDecodeOptions, WebImageInput } from './images/read-pixels.js';
export type { FetchModelOptions, FetchProgress, ModelSource, PinnedModel } from './models/fetch-model.js';
export type { WebDevice, WebOrtModule, WebRuntimeOptions } from './runtime/load-runtime.js';
export type { WebAnalyzeOptions, WebLoadOptions } from './web-options.js';
export { serveDetector } from './worker/serve-detector.js';
export {
  createWorkerDetector,
  type TrackOptions,
  type WorkerAnalyzeOptions,
  WorkerDetector,
  type WorkerLoadOptions,
  type WorkerTracker,
} from './worker/worker-detector.js';
