// The Node entry: all of the pure one, plus model loading, image files and the downloader.
export * from '../index.js';
export {
  type AnalyzeOptions,
  type Faces,
  FacialLandmarkDetector,
  type ImageInfo,
  type ImageInput,
  type LoadOptions,
  type Timings,
} from './facial-landmark-detector.js';
export { type DecodedImage, type DecodeOptions, decodeImage, encodeImage, readImage } from './image-file.js';
export { loadMergedModel, type MergedModel } from './merged-model.js';
export { findModels } from './model-files.js';
export { loadNetwork, type OnnxNetwork } from './onnx-network.js';
export type { SessionOptions } from './onnx-session.js';
