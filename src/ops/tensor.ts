import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import type { Tensor } from '../types.js';

/** A dense tensor over `data`, which it shares. */
export const tensor = (data: Float32Array, shape: number[]): Tensor => ndarray(data, shape);

/** Whether the elements lie one after the other in row-major order. */
function isDense({ shape, stride }: Tensor): boolean {
  let next = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== next) return false;
    next *= shape[axis];
  }
  return true;
}

/** A tensor's values in row-major order; copied only where they lie in another one, as in a transposed view. */
export function tensorValues(values: Tensor): Float32Array {
  const { data, offset, size, shape } = values;
  if (!isDense(values)) {
    const copy = ndarray(new Float32Array(size), shape);
    ops.assign(copy, values);
    return copy.data;
  }
  return data.length === size ? data : data.subarray(offset, offset + size);
}
