// The Node entry: all of the pure one, plus model loading, image files and the downloader.
export * from '../index.js';
export {
  type DrawOverlayOptions,
  drawOverlay,
  OVERLAY_FORMATS,
  type OverlayFormat,
  writeOverlay,
} from './draw-overlay.js';
export {
  type AnalyzeOptions,
  type Faces,
  FacialLandmarkDetector,
  type ImageInfo,
  type ImageInput,
  type LoadOptions,
  type StreamOptions,
  type Timings,
} from './facial-landmark-detector.js';
export { availableDecoders, type Decoder, type EncodedFormat, encodeImage } from './image-codecs.js';
export { type DecodedImage, type DecodeOptions, decodeImage, readImage, readImageStream } from './image-file.js';
export type { ImageFormat } from './image-format.js';
export { type ImageReport, imageReport } from './image-report.js';
export { loadMergedModel, type MergedModel } from './merged-model.js';
export { type DownloadOptions, type DownloadProgress, downloadModels } from './model-download.js';
export {
  builtInModels,
  type FindModelsOptions,
  findMergedModel,
  findModels,
  type ModelPaths,
  modelCacheFolder,
} from './model-files.js';
export {
  type Digest,
  type FileLocation,
  KNOWN_MODELS,
  type KnownModel,
  MODEL_LICENSE,
  type ModelRole,
  type PinnedFile,
} from './model-table.js';
export { loadNetwork, type OnnxNetwork } from './onnx-network.js';
export type { SessionOptions } from './onnx-session.js';
export {
  createPool,
  type Pool,
  type PoolDetectOptions,
  type PoolOptions,
  type PoolStreamOptions,
} from './pool/create-pool.js';
export type { StreamResult } from './stream-results.js';
export { type FileVerdict, verifyFile } from './verify-file.js';
export { writeImage } from './write-image.js';
