import { checkFunction, checkObject } from '../options.js';
import type { Kernels } from './kernels.js';

/** Refuses anything but a set of kernels. */
export function checkKernels(name: string, value: unknown): Kernels {
  const kernels = checkObject(name, value) as Kernels;
  for (const method of ['letterboxBilinear', 'letterboxArea', 'alignedCrops'] as const) {
    checkFunction(`${name}.${method}`, kernels[method]);
  }
  return kernels;
}
