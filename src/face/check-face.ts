import type { Check } from '../check-options.js';
import { checkKeypoints } from '../check-points.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkLandmarkPoints } from '../landmark106/check-landmarks.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { checkMatrix } from '../ops/check-matrix.js';
import { checkAnyNumber, checkObject } from '../options.js';
import { describeShape, isTensor } from '../tensor.js';
import type { Box, Face } from '../types.js';

/** Refuses anything but four numbers. */
function checkBox(name: string, value: unknown): Box {
  const { x1, y1, x2, y2 } = checkObject(name, value) as Box;
  if ([x1, y1, x2, y2].every((side) => typeof side === 'number')) return value as Box;
  throw new InvalidOptionError({ name, expected: '{ x1, y1, x2, y2 } of numbers', received: describe(value) });
}

/** Refuses anything but the crop of stage 2. */
function checkCrop(name: string, value: unknown): Face['crop'] {
  const { cropSide } = LANDMARK106;
  if (isTensor(value, Uint8Array) && value.shape.join() === `${cropSide},${cropSide},3`) return value;
  throw new InvalidOptionError({
    name,
    expected: `a uint8 tensor (${cropSide}, ${cropSide}, 3)`,
    received: describeShape(value),
    hint: 'cropFace(image, face) cuts it again.',
  });
}

const PARTS = {
  score: checkAnyNumber,
  box: checkBox,
  keypoints: checkKeypoints,
  landmarks: checkLandmarkPoints,
  landmarksFloat: checkLandmarkPoints,
  imageToCrop: checkMatrix,
  cropToImage: checkMatrix,
  crop: checkCrop,
} satisfies Partial<Record<keyof Face, Check<unknown>>>;

/**
 * Refuses anything but a face with the parts that are asked for.
 * @throws InvalidOptionError naming the part
 */
export function checkFace<P extends keyof typeof PARTS>(
  name: string,
  value: unknown,
  parts: readonly P[],
): Pick<Face, P> {
  const face = checkObject(name, value) as Face;
  for (const part of parts) PARTS[part](`${name}.${part}`, face[part]);
  return face;
}
