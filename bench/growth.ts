/** A point of a curve. */
export type Sample = readonly [x: number, y: number];

/** `y = fixed + factor * x ** exponent` */
export interface Growth {
  fixed: number;
  factor: number;
  exponent: number;
}

/** Three unknowns can be told apart from so many samples; from fewer, nothing counts as fixed. */
const LEAST_WITH_FIXED = 4;
const ROUNDING = 1e-12;
const EXPONENTS = Array.from({ length: 301 }, (_, i) => i / 100);

/** `y = factor * x ** exponent`, by least squares of the logarithms. */
function powerLaw(samples: readonly Sample[]): Growth {
  const logs = samples.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (axis: 0 | 1) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const xy = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const xx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const exponent = xy / xx;
  return { fixed: 0, factor: Math.exp(my - exponent * mx), exponent };
}

export const valueAt = ({ fixed, factor, exponent }: Growth, x: number): number => fixed + factor * x ** exponent;

const error = (growth: Growth, samples: readonly Sample[]) =>
  samples.reduce((sum, [x, y]) => sum + (valueAt(growth, x) / y - 1) ** 2, 0);

/** The best fixed part and factor for an exponent, by least squares of the relative errors. */
function withExponent(samples: readonly Sample[], exponent: number): Growth {
  const rows = samples.map(([x, y]) => [1 / y, x ** exponent / y]);
  const sum = (f: (row: number[]) => number) => rows.reduce((total, row) => total + f(row), 0);
  const [aa, ab, bb] = [sum(([a]) => a * a), sum(([a, b]) => a * b), sum(([, b]) => b * b)];
  const [a, b] = [sum(([value]) => value), sum(([, value]) => value)];
  const determinant = aa * bb - ab * ab;
  return { fixed: (a * bb - b * ab) / determinant, factor: (b * aa - a * ab) / determinant, exponent };
}

/** How samples grow, all of them positive and no two at the same place: a fixed part and a power. */
export function growth(samples: readonly Sample[]): Growth {
  const candidates = [powerLaw(samples)];
  if (samples.length >= LEAST_WITH_FIXED) {
    const grown = EXPONENTS.slice(1).map((exponent) => withExponent(samples, exponent));
    candidates.push(...grown.filter(({ fixed, factor }) => fixed > 0 && factor > 0));
  }
  // A simpler law that fits as well but for rounding stays.
  return candidates.reduce((best, one) => (error(one, samples) < error(best, samples) - ROUNDING ? one : best));
}

/** In words, for a title. */
export function describeGrowth({ fixed, exponent }: Growth, unit: string): string {
  const power = `exponent ${exponent.toFixed(2)}`;
  return fixed > 0 ? `${Number(fixed.toPrecision(2))} ${unit}, and a part with ${power}` : power;
}
