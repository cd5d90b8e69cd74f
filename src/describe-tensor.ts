import type { TensorInfo } from './types.js';

/** How an input or output of a network reads in a message: `data [N,3,192,192] float32`. */
export const describeTensor = ({ name, type, shape }: TensorInfo): string => `${name} [${shape.join(',')}] ${type}`;
