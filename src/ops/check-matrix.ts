import { InvalidOptionError } from '../errors.js';
import type { AffineMatrix } from '../types.js';
import { describeShape, isTensor } from './tensor.js';

/** Refuses anything but a `(2, 3)` tensor of float32. */
export function checkMatrix(name: string, value: unknown): AffineMatrix {
  if (isTensor(value, Float32Array) && value.shape.join() === '2,3') return value;
  throw new InvalidOptionError({
    name,
    expected: 'a (2, 3) matrix of float32',
    received: describeShape(value),
    hint: 'affineMatrix(a, b, tx, c, d, ty) makes one.',
  });
}
