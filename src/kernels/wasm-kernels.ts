import type { Kernels } from './kernels.js';
import { wasmAlignedCrops } from './wasm-aligned-crops.js';
import { wasmLetterbox } from './wasm-letterbox.js';
import { instantiateKernels } from './wasm-module.js';

/**
 * The kernels in WebAssembly with SIMD; undefined where that is missing. Their memory has a fixed size of 6 MB. Work that does not
 * fit is done by `plainKernels`.
 */
export function wasmKernels(): Kernels | undefined {
  const module = instantiateKernels();
  return module && { name: 'wasm', ...wasmLetterbox(module), alignedCrops: wasmAlignedCrops(module) };
}
