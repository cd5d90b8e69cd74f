/** The element in which two arrays differ most. NaN against a number counts as infinitely wrong. */
export interface Worst {
  difference: number;
  index: number;
  expected: number;
  received: number;
  /** How many elements differ at all. */
  unequal: number;
  length: number;
}

export function worst(received: ArrayLike<number>, expected: ArrayLike<number>): Worst {
  if (received.length !== expected.length) {
    throw new Error(`Expected ${expected.length} elements but received ${received.length}.`);
  }
  const result: Worst = { difference: 0, index: -1, expected: 0, received: 0, unequal: 0, length: expected.length };
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(received[i], expected[i]) || received[i] === expected[i]) continue;
    result.unequal++;
    const raw = Math.abs(received[i] - expected[i]);
    const difference = Number.isNaN(raw) ? Number.POSITIVE_INFINITY : raw;
    if (difference > result.difference) {
      Object.assign(result, { difference, index: i, expected: expected[i], received: received[i] });
    }
  }
  return result;
}

/** An all-equal comparison, for `expect(worst(a, b)).toEqual(identical(b.length))`: a failure prints the worst element. */
export const identical = (length: number): Worst => ({
  difference: 0,
  index: -1,
  expected: 0,
  received: 0,
  unequal: 0,
  length,
});
