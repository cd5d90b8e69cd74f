import { landmarkInput } from '../landmark106/preprocess.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { letterboxArea } from '../ops/letterbox-area.js';
import { letterboxBilinear } from '../ops/letterbox-bilinear.js';
import { warpAffine } from '../ops/warp-affine.js';
import { checkAlignedCrops } from './check-aligned-crops.js';
import type { Kernels } from './kernels.js';

/** The kernels in plain TypeScript. They define every bit of the results, and run where WebAssembly SIMD is missing. */
export const plainKernels: Kernels = {
  name: 'plain',
  letterboxBilinear,
  letterboxArea,
  alignedCrops(image, imageToCrop, order, crop, input) {
    checkAlignedCrops(image, order, crop, input);
    const exact = warpAffine(image, imageToCrop, LANDMARK106.cropSide, [image.blue, image.green, image.red]);
    // Truncates each value toward zero, as the reference's cast does.
    crop.set(exact);
    landmarkInput(exact, input, order === 'bgr' ? [0, 1, 2] : [2, 1, 0]);
  },
};
