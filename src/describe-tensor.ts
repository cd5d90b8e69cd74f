import type { TensorInfo } from './types.js';

/** An input or output of a network as text for messages: `data [N,3,192,192] float32`. */
export const describeTensor = ({ name, type, shape }: TensorInfo): string => `${name} [${shape.join(',')}] ${type}`;
