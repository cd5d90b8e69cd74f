import type { Kernels } from './kernels.js';
import { plainKernels } from './plain-kernels.js';
import { wasmKernels } from './wasm-kernels.js';

let kernels: Kernels | undefined;

/** The fastest kernels of this platform. Calls are synchronous and keep no state, so that all pipelines share one instance. */
export function defaultKernels(): Kernels {
  kernels ??= wasmKernels() ?? plainKernels;
  return kernels;
}
