import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkView, type PixelView } from '../image/pixel-image.js';
import { LANDMARK_INPUT_LENGTH, LANDMARK106 } from '../landmark106/spec.js';
import { checkBytes, checkChoice, checkFloats } from '../options.js';

const CROP_BYTES = 3 * LANDMARK106.cropSide ** 2;

/** Refuses arguments that `Kernels.alignedCrops` cannot read or write. The matrix is checked where it is read. */
export function checkAlignedCrops(image: PixelView, order: string, crop: Uint8Array, input: Float32Array): void {
  checkView(image);
  checkChoice('order', order, ['bgr', 'rgb']);
  checkFloats('input', input, LANDMARK_INPUT_LENGTH);
  if (checkBytes('crop', crop).length >= CROP_BYTES) return;
  throw new InvalidOptionError({ name: 'crop', expected: `${CROP_BYTES} bytes or more`, received: describe(crop) });
}
