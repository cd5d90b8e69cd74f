import { checkNumber, checkObject } from '../options.js';

/** Parameters of the One Euro filter; speeds are in units of the signal per second. */
export interface OneEuroOptions {
  /** Cut-off frequency at rest, Hz: lower removes more jitter. */
  minCutoff: number;
  /** How much speed raises the cut-off: higher removes more lag. */
  beta: number;
  /** Cut-off frequency of the speed itself, Hz. */
  speedCutoff: number;
}

/** @throws InvalidOptionError naming the setting that is no number from 0 */
export function checkOneEuro(name: string, options: OneEuroOptions): OneEuroOptions {
  checkObject(name, options);
  const setting = (key: keyof OneEuroOptions) => checkNumber(`${name}.${key}`, options[key], 0, Number.MAX_VALUE);
  return { minCutoff: setting('minCutoff'), beta: setting('beta'), speedCutoff: setting('speedCutoff') };
}

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
    this.#options = checkOneEuro('options', options);
  }

  /** Filtered speed of each component, units per second; empty before the first value. */
  get speed(): Float64Array {
    return this.#speed;
  }

  /**
   * The next value, smoothed.
   * @param seconds since the previous value; not positive means that no time has passed, and the value is kept
   */
  next(input: Float64Array, seconds: number): Float64Array {
    const previous = this.#value;
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
