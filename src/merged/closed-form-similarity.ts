import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { moments as momentsOf } from '../ops/closed-form-similarity.js';
import type { Point } from '../types.js';

/** Float64 mean and second moments of the key points, each `(1, n, 1)`, and the centred coordinates of each point. */
export interface Moments {
  meanX: Value;
  meanY: Value;
  xx: Value;
  xy: Value;
  yy: Value;
  x: Value[];
  y: Value[];
}

/** Twin of `moments` in `ops/closed-form-similarity.ts`. @param points `(1, n, 5, 2)` float32 */
export function moments(g: GraphBuilder, points: Value, count: number): Moments {
  const { sub, mul, div, cast, reshape, split, sum } = operators(g);
  const coordinates = split(reshape(cast(points, 'double'), [1, -1, 2 * count]), 2 * count, -1);
  const mean = (values: readonly Value[]) => div(sum(values), g.constant('double', count));
  const [xs, ys] = [0, 1].map((axis) => coordinates.filter((_, i) => i % 2 === axis));
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const [x, y] = [xs.map((value) => sub(value, meanX)), ys.map((value) => sub(value, meanY))];
  const products = (p: readonly Value[], q: readonly Value[]) => sum(p.map((value, i) => mul(value, q[i])));
  return { meanX, meanY, xx: products(x, x), xy: products(x, y), yy: products(y, y), x, y };
}

/**
 * Twin of `ops/closed-form-similarity.ts`, for every face and every template.
 *
 * @returns `(t, n, 6)` affine matrices, NaN where all key points are identical
 */
export function closedFormSimilarity(g: GraphBuilder, from: Moments, templates: readonly (readonly Point[])[]): Value {
  const { add, sub, mul, div, neg, cast, concat, sum } = operators(g);
  /** One number for each template, `(t, 1, 1)`. */
  const perTemplate = (values: readonly number[]) => g.constant('double', values, [templates.length, 1, 1]);
  const to = templates.map(momentsOf);
  const centered = (axis: 'x' | 'y', i: number) =>
    perTemplate(templates.map((points, t) => points[i][axis] - (axis === 'x' ? to[t].meanX : to[t].meanY)));
  const terms = from.x.map((ex, i) => {
    const [ey, dx, dy] = [from.y[i], centered('x', i), centered('y', i)];
    return { real: add(mul(ex, dx), mul(ey, dy)), imaginary: sub(mul(ex, dy), mul(ey, dx)) };
  });
  const spread = add(from.xx, from.yy);
  const a = div(sum(terms.map(({ real }) => real)), spread);
  const c = div(sum(terms.map(({ imaginary }) => imaginary)), spread);
  const meanX = perTemplate(to.map((moments) => moments.meanX));
  const meanY = perTemplate(to.map((moments) => moments.meanY));
  const tx = add(sub(meanX, mul(a, from.meanX)), mul(c, from.meanY));
  const ty = sub(sub(meanY, mul(c, from.meanX)), mul(a, from.meanY));
  return cast(concat([a, neg(c), tx, c, a, ty], -1), 'float');
}
