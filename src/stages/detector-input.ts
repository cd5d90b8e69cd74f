import { checkView, type PixelView } from '../image/pixel-image.js';
import { checkKernels } from '../kernels/check-kernels.js';
import { defaultKernels } from '../kernels/default-kernels.js';
import type { Kernels } from '../kernels/kernels.js';
import { emptyPlanes } from '../ops/letterbox-bilinear.js';
import { checkFloats } from '../options.js';
import { checkSide } from '../scrfd/check-side.js';
import { checkScrfdSpec, SCRFD, type ScrfdSpec } from '../scrfd/spec.js';
import { tensor } from '../tensor.js';
import type { Tensor } from '../types.js';

const f32 = Math.fround;

/** An image as the detector takes it, and the way back to image pixels. */
export interface DetectorInput {
  /** `(1, 3, side, side)` float32, RGB planes in normalised units */
  tensor: Tensor;
  /**
   * Maps a coordinate from detector input pixels to image pixels: multiplied, clipped to the image, truncated to an integer, in the
   * reference's order.
   * @param length of the image on this axis, pixels
   */
  toImage(value: number, length: number): number;
}

/**
 * Image -> detector input. Up to 1920 pixels bit-identical to the reference. Larger images are reduced by area averaging, so that
 * small faces are not lost to aliasing.
 *
 * @param out where to write; every element is written
 * @throws InvalidImageError, InvalidOptionError
 */
export function detectorInput(
  view: PixelView,
  side: number,
  kernels: Kernels = defaultKernels(),
  out: Float32Array = emptyPlanes(side),
  spec: ScrfdSpec = SCRFD,
): DetectorInput {
  checkView(view);
  checkKernels('kernels', kernels);
  checkSide('side', side, checkScrfdSpec('spec', spec));
  checkFloats('out', out, 3 * side * side);
  const longer = Math.max(view.width, view.height);
  if (longer > spec.maxImageSide) kernels.letterboxArea(view, side, spec, out);
  else kernels.letterboxBilinear(view, side, spec, out);
  return {
    tensor: tensor(out.subarray(0, 3 * side * side), [1, 3, side, side]),
    toImage: (value, length) => Math.trunc(Math.min(Math.max(f32(f32(value * longer) / side), 0), length)),
  };
}
