// The Node entry: all of the pure one, plus model loading, image files and the downloader.

export { DetectionResult } from '../detector/detection-result.js';
export { FaceDetector } from '../detector/face-detector.js';
export type { FrameTracker } from '../detector/frame-tracker.js';
export { type ResultJson, type ResultJsonOptions, resultToJson } from '../detector/result-to-json.js';
export type { StreamResult } from '../detector/stream-results.js';
export * from '../index.js';
export type { MergedModel } from '../runtime/merged-model.js';
export type { OnnxNetwork } from '../runtime/onnx-network.js';
export type { NetworksIdentity, Receipt } from '../runtime/receipt.js';
export type { RuntimeInfo } from '../runtime/session.js';
export {
  type AnalyzeOptions,
  FacialLandmarkDetector,
  type LoadOptions,
  type StreamOptions,
} from './facial-landmark-detector.js';
export {
  type DrawOverlayOptions,
  drawOverlay,
  OVERLAY_FORMATS,
  type OverlayFormat,
  writeOverlay,
} from './images/draw-overlay.js';
export { type EncodeLikeOptions, encodeLike } from './images/encode-like.js';
export { availableDecoders, type Decoder, type EncodedFormat, encodeImage } from './images/image-codecs.js';
export { type DecodedImage, type DecodeOptions, decodeImage, readImage, readImageStream } from './images/image-file.js';
export type { ImageFormat } from './images/image-format.js';
export type { ImageInput } from './images/image-input.js';
export { writeImage } from './images/write-image.js';
export type { LicenceWish } from './models/check-licence.js';
export { findMergedModel } from './models/find-merged-model.js';
export { type FindModelsOptions, findModels, type ModelPaths, type NetworkChoice } from './models/find-models.js';
export type { Licence } from './models/licences.js';
export { type DownloadOptions, type DownloadProgress, downloadModels } from './models/model-download.js';
export { modelCacheFolder } from './models/model-folders.js';
export type {
  Digest,
  FileLocation,
  KnownModel,
  ModelRole,
  NetworkFile,
  PinnedFile,
} from './models/model-table.js';
export {
  DEFAULT_SET,
  type Measured,
  NETWORK_SETS,
  type NetworkSet,
  type NetworkSetName,
} from './models/network-sets.js';
export { type FileVerdict, verifyFile } from './models/verify-file.js';
export type { NdarrayOutputs } from './ndarray-outputs.js';
export {
  createPool,
  type Pool,
  type PoolDetectOptions,
  type PoolJsonOptions,
  type PoolOptions,
  type PoolOverlayOptions,
  type PoolStreamOptions,
} from './pool/create-pool.js';
export type { PoolTracker, PoolTrackerOptions } from './pool/pool-tracker.js';
export type { Device } from './runtime/device.js';
export { loadMergedModel } from './runtime/load-merged-model.js';
export { loadNetwork } from './runtime/load-network.js';
export type { RuntimeChoice } from './runtime/load-runtime.js';
export type { DeviceOptions, SessionOptions } from './runtime/onnx-session.js';
export { toNdarray } from './to-ndarray.js';
