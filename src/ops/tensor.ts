import ndarray from 'ndarray';
import type { Tensor } from '../types.js';

/** A dense tensor over `data`, which it shares. */
export const tensor = (data: Float32Array, shape: number[]): Tensor => ndarray(data, shape);

/** A dense tensor's values in row-major order, without a copy. */
export function tensorValues(dense: Tensor): Float32Array {
  return dense.data.length === dense.size ? dense.data : dense.data.subarray(dense.offset, dense.offset + dense.size);
}
