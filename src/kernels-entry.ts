// The kernels entry: the parts of the stages, each usable alone. Pure like the main entry.

export { type CropTransform, estimateCropTransforms } from './alignment/estimate-crop-transforms.js';
export { ALIGNMENT_TEMPLATES, ARCFACE_TEMPLATE } from './alignment/templates.js';
export { type PixelView, pixelView } from './image/pixel-image.js';
export { defaultKernels } from './kernels/default-kernels.js';
export type { Kernels, PlaneOrder } from './kernels/kernels.js';
export { plainKernels } from './kernels/plain-kernels.js';
export { wasmKernels } from './kernels/wasm-kernels.js';
export { decodeLandmarks, inputToImage } from './landmark106/decode.js';
export { landmarkInput } from './landmark106/preprocess.js';
export { affineEntries } from './ops/affine.js';
export { letterboxArea } from './ops/letterbox-area.js';
export { letterboxBilinear, type Normalization } from './ops/letterbox-bilinear.js';
export { iou, nms } from './ops/nms.js';
export { similarityTransform } from './ops/similarity-transform.js';
export { warpAffine } from './ops/warp-affine.js';
export { type AnchorLevel, anchorLevels } from './scrfd/anchors.js';
export { type ScrfdOutputs, sortOutputs } from './scrfd/contract.js';
export { type Candidates, decodeAnchors } from './scrfd/decode.js';
export { type DetectorInput, detectorInput } from './stages/detector-input.js';
export { OneEuroFilter, type OneEuroOptions } from './tracking/one-euro-filter.js';
