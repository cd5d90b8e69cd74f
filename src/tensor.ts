import { describe } from './describe.js';
import { InvalidOptionError } from './errors.js';
import type { Tensor, TensorData } from './types.js';

/** A tensor over `data`, which it shares. */
export const tensor = <T extends TensorData>(data: T, shape: readonly number[]): Tensor<T> => ({ data, shape });

/** The position of an element in memory is `offset` plus its index on each axis times the stride of the axis. */
interface Layout {
  stride: readonly number[];
  offset: number;
}

function denseStrides(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let next = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = next;
    next *= shape[axis];
  }
  return stride;
}

/** The memory layout: row-major for a tensor, or the `offset` and `stride` of an `ndarray`, which is accepted as a tensor. */
export function layoutOf(tensor: Tensor<TensorData> & Partial<Layout>): Layout {
  const { shape, stride = denseStrides(shape), offset = 0 } = tensor;
  return { stride, offset };
}

/** A tensor's values in row-major order. Copied only for an `ndarray` with another order, such as a transposed view. */
export function tensorValues<T extends TensorData>(tensor: Tensor<T> & Partial<Layout>): T {
  const { data, shape } = tensor;
  if (tensor.stride === undefined) return data;
  const { stride, offset } = layoutOf(tensor);
  const size = shape.reduce((product, length) => product * length, 1);
  const dense = denseStrides(shape);
  if (shape.every((length, axis) => length === 1 || stride[axis] === dense[axis])) {
    return data.length === size ? data : (data.subarray(offset, offset + size) as T);
  }
  return gather(data, shape, { stride, offset }, size);
}

/**
 * Whether something is a tensor, or an `ndarray`, with as many values as its shape says.
 * @param type class of its values
 */
export function isTensor<T extends TensorData>(
  value: unknown,
  type: abstract new (...args: never[]) => T,
): value is Tensor<T> {
  const { data, shape } = (value ?? {}) as Partial<Tensor<T>>;
  if (!(data instanceof type) || !Array.isArray(shape)) return false;
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return false;
  const size = shape.reduce((product: number, length: number) => product * length, 1);
  const { stride, offset } = value as Partial<Layout>;
  if (stride === undefined) return data.length === size;
  if (!Number.isSafeInteger(offset) || !Array.isArray(stride) || stride.length !== shape.length) return false;
  if (!stride.every(Number.isSafeInteger)) return false;
  // An axis with a negative stride starts at its last element in memory.
  const reach = shape.map((length: number, axis: number) => (length - 1) * stride[axis]);
  const sum = (steps: number[]) => steps.reduce((total, step) => total + step, offset as number);
  const [first, last] = [sum(reach.filter((step) => step < 0)), sum(reach.filter((step) => step > 0))];
  return size === 0 || (size <= data.length && first >= 0 && last < data.length);
}

const TYPES = [
  Float32Array,
  Float64Array,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
] as const satisfies readonly (abstract new (
  ...args: never[]
) => TensorData)[];

/** Refuses anything but a tensor, of any kind of numbers. */
export function checkTensor(name: string, value: unknown): Tensor<TensorData> {
  if (TYPES.some((type) => isTensor<TensorData>(value, type))) return value as Tensor<TensorData>;
  throw new InvalidOptionError({ name, expected: 'a tensor { data, shape }', received: describeShape(value) });
}

/** A text for messages about a value that should be a tensor. */
export function describeShape(value: unknown): string {
  const shape = (value as Partial<Tensor> | null | undefined)?.shape;
  const isShape = Array.isArray(shape) && shape.every((length) => typeof length === 'number');
  return isShape ? `a tensor of shape [${shape.slice(0, 8).join(', ')}]` : describe(value);
}

function gather<T extends TensorData>(data: T, shape: readonly number[], { stride, offset }: Layout, size: number): T {
  const values = new (data.constructor as new (length: number) => T)(size);
  const last = shape.length - 1;
  const [rowLength, step] = [shape[last], stride[last]];
  for (let row = 0; row * rowLength < size; row++) {
    let from = offset;
    for (let axis = last - 1, rest = row; axis >= 0; axis--) {
      from += (rest % shape[axis]) * stride[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    for (let to = row * rowLength, end = to + rowLength; to < end; to++, from += step) values[to] = data[from];
  }
  return values;
}
