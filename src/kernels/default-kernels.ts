import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { wasmKernels } from './wasm-kernels.js';

let kernels: Kernels | undefined;

/** The fastest kernels that run here. Calls are synchronous and keep nothing, so all pipelines share one instance. */
export function defaultKernels(): Kernels {
  kernels ??= wasmKernels() ?? plainKernels;
  return kernels;
}
