// The pure entry: stages, pipeline, operations on faces, and types. Uses only the language itself: neither Node nor the DOM.

export { type AnonymizeOptions, anonymizeFaces } from './anonymize/anonymize-faces.js';
export { type ErrorJson, type ErrorJsonOptions, errorFromJson, errorToJson } from './detector/error-json.js';
export { drawScene, type Scene, type SceneFace, type SceneOptions } from './drawn-faces/draw-scene.js';
export * from './errors.js';
export { byQuality } from './face/by-quality.js';
export { type AvatarOptions, cropAvatars } from './face/crop-avatars.js';
export { type CropOptions, cropFace, type FaceCrop } from './face/crop-face.js';
export { faceFromJson } from './face/face-from-json.js';
export { faceQuality } from './face/face-quality.js';
export { type FaceJsonOptions, faceToJson } from './face/face-to-json.js';
export { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from './face/geometry.js';
export { headPose } from './face/head-pose.js';
export { toRawOutputs } from './face/to-raw-outputs.js';
export { mirrorFace, transformFace } from './face/transform-face.js';
export { imageFromTensor } from './image/image-from-tensor.js';
export { packPixels } from './image/pack-pixels.js';
export { type ToTensorOptions, toTensor } from './image/to-tensor.js';
export { checkLandmarker } from './landmark106/contract.js';
export {
  LANDMARKS_300W,
  LANDMARKS_JD106,
  mirrorLandmarks,
  to300W,
  toJd106,
} from './landmark106/convert.js';
export {
  EYE_CENTERS,
  LANDMARK_GROUPS,
  LANDMARK_MIRROR,
  LANDMARK_NAMES,
  LANDMARK_PATHS,
  type LandmarkGroup,
  type LandmarkName,
  type LandmarkPath,
  landmarkGroup,
  landmarkPath,
  PUPILS,
} from './landmark106/groups.js';
export { LANDMARK106, type LandmarkSpec } from './landmark106/spec.js';
export { composeMergedModel, type MergeOptions } from './merged/compose-merged-model.js';
export {
  affineMatrix,
  composeAffine,
  invertAffine,
  transformPoint,
  transformPoints,
} from './ops/affine.js';
export { type ContactSheetOptions, contactSheet } from './overlay/contact-sheet.js';
export { overlayRaster } from './overlay/overlay-raster.js';
export { type OverlayOptions, overlayShapes } from './overlay/overlay-shapes.js';
export { type OverlaySvgOptions, overlaySvg } from './overlay/overlay-svg.js';
export type { OverlayPart, OverlayShape } from './overlay/shape.js';
export { cosineSimilarity } from './recognition/cosine-similarity.js';
export { FaceIndex, type Neighbour } from './recognition/face-index.js';
export { checkDetector } from './scrfd/contract.js';
export { SCRFD, type ScrfdSpec } from './scrfd/spec.js';
export { type AlignOptions, alignFace, alignFaces } from './stages/align-face.js';
export { type DetectOptions, detectFaces } from './stages/detect-faces.js';
export { type LandmarkSet, landmarks } from './stages/landmarks.js';
export { analyzeFaces, type Networks, type PipelineOptions } from './stages/pipeline.js';
export { Workspace } from './stages/workspace.js';
export { DEFAULT_SMOOTHING, type SmoothingOptions } from './tracking/face-smoother.js';
export { FaceTracker, type TrackerOptions } from './tracking/face-tracker.js';
export { type FrameOptions, frames } from './tracking/frames.js';
export type { TrackedFace } from './tracking/tracks.js';
export * from './types.js';
