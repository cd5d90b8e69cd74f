import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../src/errors.js';
import { toTensor } from '../../src/image/to-tensor.js';
import { cosineSimilarity } from '../../src/recognition/cosine-similarity.js';
import type { PixelImage } from '../../src/types.js';

/** Two pixels side by side, blue green red, with space behind the row. */
const image: PixelImage = {
  data: Uint8Array.of(1, 2, 3, 4, 5, 6, 99),
  width: 2,
  height: 1,
  channelOrder: 'bgr',
  rowStride: 7,
};

describe('toTensor', () => {
  it('gives planes or pixels, in the order that is asked for', () => {
    expect(toTensor(image)).toEqual({ data: Float32Array.of(3, 6, 2, 5, 1, 4), shape: [1, 3, 1, 2] });
    const pixels = toTensor(image, { layout: 'nhwc', order: 'bgr', dtype: 'uint8' });
    expect(pixels).toEqual({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [1, 1, 2, 3] });
  });

  it('takes mean and deviation off, one for all channels or one for each', () => {
    const { data } = toTensor(image, { mean: 1, std: [1, 2, 4], layout: 'nhwc' });
    expect([...data]).toEqual([2, 0.5, 0, 5, 2, 0.75]);
  });

  it.each([
    { layout: 'chw' },
    { mean: [1, 2] },
    { std: 0 },
    { mean: 1, dtype: 'uint8' },
    { std: [1, 1, 2], dtype: 'uint8' },
  ])('refuses %o', (options) => {
    expect(() => toTensor(image, options as never)).toThrow(InvalidOptionError);
  });
});

describe('cosineSimilarity', () => {
  it('is 1 for one direction, 0 for a right angle, -1 for the opposite', () => {
    const a = Float32Array.of(1, 2, 0);
    expect(cosineSimilarity(a, Float32Array.of(3, 6, 0))).toBeCloseTo(1, 12);
    expect(cosineSimilarity(a, Float32Array.of(0, 0, 5))).toBe(0);
    expect(cosineSimilarity(a, Float32Array.of(-1, -2, 0))).toBeCloseTo(-1, 12);
    expect(cosineSimilarity(a, new Float32Array(3))).toBeNaN();
    expect(() => cosineSimilarity(a, new Float32Array(2))).toThrow(InvalidOptionError);
  });
});
