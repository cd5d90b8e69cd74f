import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/nearest-name.js';

const KNOWN = ['minScore', 'maxFaces', 'float', 'indices'];

describe('nearestName', () => {
  it.each([
    ['min-score', 'minScore'],
    ['MINSCORE', 'minScore'],
    ['minScor', 'minScore'],
    ['max_face', 'maxFaces'],
    ['index', undefined],
    ['indexes', 'indices'],
    ['format', undefined],
    ['', undefined],
    ['___', undefined],
    ['x'.repeat(1e6), undefined],
  ])('%s: %s', (name, expected) => {
    expect(nearestName(name, KNOWN)).toBe(expected);
  });

  it('takes the nearer one of two', () => {
    expect(nearestName('maxFace', ['maxFacets', 'maxFaces'])).toBe('maxFaces');
  });

  it('knows nothing among no names', () => {
    expect(nearestName('a', [])).toBeUndefined();
  });
});
