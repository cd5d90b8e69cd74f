import type { Difference } from '../../src/merged/parity.js';

/** All equal, for `expect(difference(a, b)).toEqual(identical(b.length))`: a failure prints the worst element. */
export const identical = (length: number): Difference => ({
  worst: 0,
  index: -1,
  expected: 0,
  received: 0,
  unequal: 0,
  length,
});
