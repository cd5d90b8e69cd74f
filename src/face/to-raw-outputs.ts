import { LANDMARK106 } from '../landmark106/spec.js';
import { affineEntries } from '../ops/affine.js';
import { checkList } from '../options.js';
import { tensor, tensorValues } from '../tensor.js';
import { type Face, KEYPOINT_NAMES, type RawOutputs } from '../types.js';
import { checkFace } from './check-face.js';

const NEEDED = ['score', 'box', 'keypoints', 'crop', 'landmarks', 'imageToCrop'] as const;

/** Landmarks of a face mapped by an extreme matrix can leave the range of int32; there they stop at its ends. */
const saturate = (value: number) => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);

/**
 * Faces -> the merged model's six outputs under its own names, shapes and order. Expects BGR crops.
 * @throws InvalidOptionError
 */
export function toRawOutputs(faces: readonly Face[]): RawOutputs {
  checkList('faces', faces, (name, face) => checkFace(name, face, NEEDED));
  const n = faces.length;
  const { cropSide, points } = LANDMARK106;
  const cropSize = cropSide * cropSide * 3;
  const crops = new Uint8Array(n * cropSize);
  faces.forEach((face, i) => {
    crops.set(tensorValues(face.crop), i * cropSize);
  });
  return {
    scores: tensor(
      Float32Array.from(faces, (face) => face.score),
      [n],
    ),
    bboxes: tensor(Int32Array.from(faces.flatMap(({ box }) => [box.x1, box.y1, box.x2, box.y2])), [n, 4]),
    kpss: tensor(Int32Array.from(faces.flatMap((face) => face.keypoints.flatMap(({ x, y }) => [x, y]))), [
      n,
      KEYPOINT_NAMES.length,
      2,
    ]),
    align_imgs: tensor(crops, [n, cropSide, cropSide, 3]),
    lmks: tensor(
      Int32Array.from(faces.flatMap((face) => face.landmarks.flatMap(({ x, y }) => [saturate(x), saturate(y)]))),
      [n, points, 2],
    ),
    M: tensor(Float32Array.from(faces.flatMap((face) => affineEntries(face.imageToCrop))), [n, 2, 3]),
  };
}
