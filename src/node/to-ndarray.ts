import ndarray, { type NdArray } from 'ndarray';
import type { Tensor, TensorData } from '../types.js';

/** A tensor as an `ndarray` over the same memory: `toNdarray(face.crop)`. */
export const toNdarray = <T extends TensorData>({ data, shape }: Tensor<T>): NdArray<T> => ndarray(data, [...shape]);
