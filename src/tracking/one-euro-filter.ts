import { type ChecksOf, checkOptions, numberIn } from '../check-options.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkAnyNumber } from '../options.js';

/** Parameters of the One Euro filter; speeds are in units of the signal per second. */
export interface OneEuroOptions {
  /** Cut-off frequency at rest, Hz: lower removes more jitter. */
  minCutoff: number;
  /** How much speed raises the cut-off: higher removes more lag. */
  beta: number;
  /** Cut-off frequency of the speed itself, Hz. */
  speedCutoff: number;
}

const fromZero = numberIn(0, Number.MAX_VALUE);

/** What each setting must be; none may be left out. */
export const ONE_EURO_OPTIONS = {
  minCutoff: fromZero,
  beta: fromZero,
  speedCutoff: fromZero,
} satisfies ChecksOf<OneEuroOptions>;

/** Share of a new value in a first-order low-pass filter. */
const share = (cutoff: number, seconds: number) => 1 / (1 + 1 / (2 * Math.PI * cutoff * seconds));

/**
 * One Euro filter (Casiez, Roussel and Vogel, CHI 2012) over a vector that moves as one: the cut-off follows the length of
 * the whole vector's speed, so that noise in single components does not open the filter.
 */
export class OneEuroFilter {
  readonly #options: OneEuroOptions;
  #value: Float64Array | undefined;
  #speed = new Float64Array(0);

  /** @throws InvalidOptionError when a setting is no number from 0 */
  constructor(options: OneEuroOptions) {
    this.#options = checkOptions('OneEuroFilter', options, ONE_EURO_OPTIONS);
  }

  /** Filtered speed of each component, units per second; empty before the first value. */
  get speed(): Float64Array {
    return this.#speed;
  }

  /**
   * The next value, smoothed.
   * @param seconds since the previous value; not positive means that no time has passed, and the value is kept
   * @throws InvalidOptionError, also for another number of components than before
   */
  next(input: Float64Array, seconds: number): Float64Array {
    const previous = this.#value;
    checkAnyNumber('seconds', seconds);
    if (!(input instanceof Float64Array) || (previous && previous.length !== input.length)) {
      const expected = previous ? `a Float64Array of ${previous.length} elements` : 'a Float64Array';
      throw new InvalidOptionError({ name: 'input', expected, received: describe(input) });
    }
    if (!previous) {
      this.#value = input.slice();
      this.#speed = new Float64Array(input.length);
      return input.slice();
    }
    if (!(seconds > 0)) return previous.slice();
    const { minCutoff, beta, speedCutoff } = this.#options;
    const speedShare = share(speedCutoff, seconds);
    this.#speed = this.#speed.map((old, i) => old + speedShare * ((input[i] - previous[i]) / seconds - old));
    const rms = Math.hypot(...this.#speed) / Math.sqrt(input.length);
    const valueShare = share(minCutoff + beta * rms, seconds);
    this.#value = previous.map((old, i) => old + valueShare * (input[i] - old));
    return this.#value.slice();
  }
}
