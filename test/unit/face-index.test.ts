import { describe, expect, it } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { InvalidOptionError } from '../../src/errors.js';
import { cosineSimilarity } from '../../src/recognition/cosine-similarity.js';
import { FaceIndex } from '../../src/recognition/face-index.js';

describe('FaceIndex', () => {
  it('finds the same as comparing with all of them', () => {
    const random = new Random(3);
    const vectors = Array.from({ length: 200 }, () => Float32Array.from({ length: 16 }, () => random.between(-1, 1)));
    const index = new FaceIndex();
    for (const [i, vector] of vectors.entries()) index.add(String(i), vector);
    expect(index.size).toBe(200);
    for (const asked of vectors.slice(0, 20)) {
      const similarities = vectors.map((vector) => cosineSimilarity(vector, asked));
      const best = similarities.toSorted((a, b) => b - a).slice(0, 5);
      const found = index.nearest(asked, 5);
      expect(found.map(({ similarity }) => similarity)).toEqual(best);
      expect(found.map(({ id }) => similarities[Number(id)])).toEqual(best);
    }
  });

  it('compares directions, keeps the order of equals, and copies what it is given', () => {
    const index = new FaceIndex();
    expect(index.nearest(Float32Array.of(1, 0))).toEqual([]);
    const given = Float32Array.of(2, 0);
    index.add('a', given);
    given.fill(-1);
    index.add('b', Float32Array.of(-1, 0));
    index.add('a', Float32Array.of(0, 3));
    index.add('c', Float32Array.of(4, 0));
    expect(index.nearest(Float32Array.of(9, 0), 9)).toEqual([
      { id: 'a', similarity: 1 },
      { id: 'c', similarity: 1 },
      { id: 'a', similarity: 0 },
      { id: 'b', similarity: -1 },
    ]);
    expect(index.nearest(Float32Array.of(9, 0))).toEqual([{ id: 'a', similarity: 1 }]);
  });

  it.each([
    Float32Array.of(1),
    Float32Array.of(0, 0),
    Float32Array.of(Number.NaN, 1),
    Float32Array.of(Number.POSITIVE_INFINITY, 1),
    new Float32Array(0),
    [1, 2],
    undefined,
  ])('refuses %o', (embedding) => {
    const index = new FaceIndex();
    index.add('a', Float32Array.of(1, 2));
    expect(() => index.add('b', embedding as never)).toThrow(InvalidOptionError);
    expect(() => index.nearest(embedding as never)).toThrow(InvalidOptionError);
    expect(index.size).toBe(1);
  });

  it('refuses an id that is no text and a count that is no whole number above 0', () => {
    expect(() => new FaceIndex().add(1 as never, Float32Array.of(1))).toThrow('the id');
    for (const count of [0, 1.5, '1']) {
      expect(() => new FaceIndex().nearest(Float32Array.of(1), count as never)).toThrow('the count');
    }
  });
});
