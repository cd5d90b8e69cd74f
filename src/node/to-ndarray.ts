import ndarray, { type NdArray } from 'ndarray';
import { checkTensor } from '../tensor.js';
import type { Tensor, TensorData } from '../types.js';

/** A tensor as an `ndarray` over the same memory: `toNdarray(face.crop)`. @throws InvalidOptionError */
export function toNdarray<T extends TensorData>(tensor: Tensor<T>): NdArray<T> {
  checkTensor('the tensor', tensor);
  return ndarray(tensor.data, [...tensor.shape]);
}
