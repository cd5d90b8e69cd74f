/** A point of a curve. */
export type Sample = readonly [x: number, y: number];

/** `y = factor * x ** exponent`, by least squares of the logarithms. All samples are positive, and no two of them alike. */
export function powerLaw(samples: readonly Sample[]): { exponent: number; factor: number } {
  const logs = samples.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (axis: 0 | 1) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const xy = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const xx = logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const exponent = xy / xx;
  return { exponent, factor: Math.exp(my - exponent * mx) };
}
