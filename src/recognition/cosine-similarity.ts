import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';

/**
 * How alike two embeddings are: the cosine of the angle between them, -1 to 1, whatever their lengths. NaN for one that is 0.
 * @throws InvalidOptionError for anything but two Float32Arrays of one length
 */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  if (!(a instanceof Float32Array && b instanceof Float32Array && a.length === b.length)) {
    throw new InvalidOptionError({
      name: 'the embeddings',
      expected: 'two Float32Arrays of one length',
      received: `${describe(a)} and ${describe(b)}`,
    });
  }
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    squareA += a[i] * a[i];
    squareB += b[i] * b[i];
  }
  return product / Math.sqrt(squareA * squareB);
}
