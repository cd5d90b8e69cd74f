import { InvalidOptionError } from '../errors.js';
import { describeShape, isTensor } from '../tensor.js';
import type { AffineMatrix } from '../types.js';

/** Refuses anything but a `(2, 3)` tensor of float32. */
export function checkMatrix(name: string, value: unknown): AffineMatrix {
  const { data, shape, stride } = (value ?? {}) as Partial<AffineMatrix & { stride: unknown }>;
  const hasShape = shape?.length === 2 && shape[0] === 2 && shape[1] === 3;
  // A fast check of the usual case, because a matrix is read several times for each face.
  const isPlain = stride === undefined && data instanceof Float32Array && data.length === 6;
  if (hasShape && (isPlain || isTensor(value, Float32Array))) return value as AffineMatrix;
  throw new InvalidOptionError({
    name,
    expected: 'a (2, 3) matrix',
    received: describeShape(value),
    hint: 'affineMatrix(a, b, tx, c, d, ty) makes one.',
  });
}
