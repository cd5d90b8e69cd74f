import { InvalidOptionError } from '../errors.js';
import { truncatePoint } from '../landmark106/decode.js';
import { LANDMARK_MIRROR } from '../landmark106/groups.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { type AffineEntries, affineEntries, affineMatrix, invertAffine } from '../ops/affine.js';
import { composeFloat64, invertFloat64, transformPointFloat64 } from '../ops/affine-float64.js';
import { checkMatrix } from '../ops/check-matrix.js';
import { checkInteger } from '../options.js';
import { tensor, tensorValues } from '../tensor.js';
import type { AffineMatrix, Box, FaceData, Keypoint, Tensor } from '../types.js';
import { boxAround } from './box-around.js';
import { checkFace } from './check-face.js';
import { faceObject } from './face-object.js';

/** The upright box around the four moved corners. */
function mapBox(matrix: AffineEntries, { x1, y1, x2, y2 }: Box): Box {
  const corners = [
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x1, y: y2 },
    { x: x2, y: y2 },
  ];
  return boxAround(corners.map((corner) => transformPointFloat64(matrix, corner)));
}

/** What moves with the image. */
const MOVED = ['box', 'keypoints', 'landmarksFloat', 'imageToCrop'] as const;

function move<F extends FaceData>(face: F, imageToTarget: AffineEntries, imageToCrop: AffineEntries): F {
  const landmarksFloat = face.landmarksFloat.map((point) => transformPointFloat64(imageToTarget, point));
  const matrix = affineMatrix(...imageToCrop);
  return faceObject({
    ...face,
    box: mapBox(imageToTarget, face.box),
    keypoints: face.keypoints.map(
      ({ name, ...point }): Keypoint => ({ name, ...transformPointFloat64(imageToTarget, point) }),
    ),
    landmarks: landmarksFloat.map(truncatePoint),
    landmarksFloat,
    imageToCrop: matrix,
    cropToImage: invertAffine(matrix),
  });
}

/**
 * The face as it lies after the image was moved, scaled or turned: for a face found in a part, or in a reduced copy, of
 * another image. Box (the upright box around the turned one) and key points keep fractions; `landmarks` is
 * `landmarksFloat` truncated, as ever. A crop, if there is one, stays: it shows the same pixels.
 *
 * For a flip use {@link mirrorFace}: here every point keeps its name.
 *
 * @param imageToTarget old image pixels -> new image pixels
 * @throws InvalidOptionError when the matrix is not (2, 3), singular or not finite
 */
export function transformFace<F extends FaceData>(face: F, imageToTarget: AffineMatrix): F {
  checkFace('the face', face, MOVED);
  checkMatrix('imageToTarget', imageToTarget);
  const entries = affineEntries(imageToTarget);
  const inverse = invertFloat64(entries);
  if (![...entries, ...inverse].every(Number.isFinite)) {
    throw new InvalidOptionError({
      name: 'imageToTarget',
      expected: 'an invertible, finite matrix',
      received: `[[${entries.slice(0, 3).join(', ')}], [${entries.slice(3).join(', ')}]]`,
    });
  }
  return move(face, entries, composeFloat64(affineEntries(face.imageToCrop), inverse));
}

/** `side` pixels flipped about their middle: `x' = side - 1 - x`. */
const flip = (side: number): AffineEntries => [-1, 0, side - 1, 0, 1, 0];

function flipCrop(crop: Tensor<Uint8Array>): Tensor<Uint8Array> {
  const [height, width, channels] = crop.shape;
  const values = tensorValues(crop);
  const flipped = new Uint8Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      flipped.set(values.subarray(from, from + channels), (y * width + width - 1 - x) * channels);
    }
  }
  return tensor(flipped, crop.shape);
}

/** Mirrored, the left eye is the right one: where each of the five key points comes from. */
const KEYPOINT_MIRROR = [1, 0, 2, 4, 3];

/**
 * The face as it lies in the horizontally flipped image: every point under the name that it has there, the crop flipped,
 * the matrices between the two. Its own inverse.
 *
 * @param width of the image, pixels
 * @throws InvalidOptionError when the width is not a positive integer
 */
export function mirrorFace<F extends FaceData & { crop?: Tensor<Uint8Array> | undefined }>(face: F, width: number): F {
  checkFace('the face', face, face?.crop === undefined ? MOVED : [...MOVED, 'crop']);
  checkInteger('width', width, 1, Number.MAX_SAFE_INTEGER);
  const imageToCrop = composeFloat64(
    flip(LANDMARK106.cropSide),
    composeFloat64(affineEntries(face.imageToCrop), flip(width)),
  );
  const mirrored = move(face, flip(width), imageToCrop);
  const landmarksFloat = LANDMARK_MIRROR.map((index) => mirrored.landmarksFloat[index]);
  return faceObject({
    ...mirrored,
    keypoints: KEYPOINT_MIRROR.map((from, to) => ({ ...mirrored.keypoints[from], name: face.keypoints[to].name })),
    landmarks: landmarksFloat.map(truncatePoint),
    landmarksFloat,
    ...(face.crop && { crop: flipCrop(face.crop) }),
  });
}
