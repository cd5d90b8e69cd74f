import { type CropTransform, estimateCropTransforms } from '../alignment/estimate-crop-transforms.js';
import { type Checked, type ChecksOf, checkOptions, oneOf, orElse } from '../check-options.js';
import { checkKeypoints } from '../check-points.js';
import { type PixelView, pixelView } from '../image/pixel-image.js';
import { defaultKernels } from '../kernels/default-kernels.js';
import type { Kernels, PlaneOrder } from '../kernels/kernels.js';
import { LANDMARK_INPUT_LENGTH, LANDMARK106 } from '../landmark106/spec.js';
import { invertAffine } from '../ops/affine.js';
import { checkList } from '../options.js';
import { tensor } from '../tensor.js';
import type { AlignedFace, PixelImage, Point } from '../types.js';
import { checkWorkspace, Workspace } from './workspace.js';

export interface AlignOptions {
  /**
   * Channel order of the landmark network's input. Default `bgr`, as the merged model feeds it; InsightFace's own package
   * feeds `rgb`. The crop is BGR either way.
   */
  landmarkChannelOrder?: 'bgr' | 'rgb' | undefined;
}

/** Checks and defaults of the options; the defaults are the merged model's values. */
export const ALIGN_OPTIONS = {
  landmarkChannelOrder: orElse('bgr', oneOf(['bgr', 'rgb'])),
} satisfies ChecksOf<AlignOptions>;

/**
 * Cuts one face out with a transform that is already estimated.
 * @param input where to write the landmark input
 */
export function cropAligned(
  view: PixelView,
  { imageToCrop, degenerate }: CropTransform,
  order: PlaneOrder,
  kernels: Kernels = defaultKernels(),
  input: Float32Array = new Float32Array(LANDMARK_INPUT_LENGTH),
): AlignedFace {
  const { cropSide, inputSide } = LANDMARK106;
  const crop = new Uint8Array(3 * cropSide * cropSide);
  kernels.alignedCrops(view, imageToCrop, order, crop, input);
  return {
    crop: tensor(crop, [cropSide, cropSide, 3]),
    cropChannelOrder: 'bgr',
    landmarkInput: tensor(input, [3, inputSide, inputSide]),
    imageToCrop,
    cropToImage: invertAffine(imageToCrop),
    degenerate,
  };
}

/** Aligns the face with this index and writes its landmark input into `input`. */
export type FaceAligner = (index: number, input?: Float32Array) => AlignedFace;

/**
 * Stage 2 for the faces of one image, one at a time, so that the next stage can use a face before the next one needs memory.
 * All key points must be known at the start, because the last bits of a matrix depend on a face's place among the others.
 */
export function faceAligner(
  image: PixelImage,
  faces: readonly (readonly Point[])[],
  { landmarkChannelOrder }: Checked<typeof ALIGN_OPTIONS>,
  workspace: Workspace,
): FaceAligner {
  const transforms = estimateCropTransforms(faces);
  // A new view for each face: the caller may transfer the image's memory away while a network runs in between.
  return (index, input) =>
    cropAligned(pixelView(image), transforms[index], landmarkChannelOrder, workspace.kernels, input);
}

/**
 * Stage 2 for several faces of one image: key points -> upright crops and the matrices in both directions, bit for bit as the
 * merged model computes them for these faces in this order.
 *
 * @param workspace kernels and buffers; pass the same one to every call of a series
 * @throws InvalidImageError, InvalidOptionError
 */
export function alignFaces(
  image: PixelImage,
  faces: readonly (readonly Point[])[],
  options: AlignOptions = {},
  workspace: Workspace = new Workspace(),
): AlignedFace[] {
  const checked = checkOptions('alignFaces', options, ALIGN_OPTIONS);
  pixelView(image);
  checkList('faces', faces, checkKeypoints);
  const align = faceAligner(image, faces, checked, checkWorkspace('workspace', workspace));
  return faces.map((_, i) => align(i));
}

/**
 * Stage 2: image and five key points -> the face upright in a 224 x 224 crop, the matrices in both directions, and the input of
 * the landmark network. Key points without a two-dimensional spread give a `degenerate` face, see `estimateCropTransforms`.
 * The parts of a crop that lie outside the image are black.
 *
 * @param keypoints left eye, right eye, nose, left mouth corner, right mouth corner, image pixels
 * @param workspace kernels and buffers; pass the same one to every call of a series
 * @throws InvalidImageError, InvalidOptionError
 */
export function alignFace(
  image: PixelImage,
  keypoints: readonly Point[],
  options: AlignOptions = {},
  workspace: Workspace = new Workspace(),
): AlignedFace {
  return alignFaces(image, [keypoints], options, workspace)[0];
}
