import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { fusedMatMul } from './affine.js';

/** Points of a set, and what a mean divides by. */
const POINTS = 5;

/** Mean over the points of `(..., 5, 2)` sets, `(..., 1, 2)`. */
function mean(g: GraphBuilder, points: Value): Value {
  const { div, sum, split } = operators(g);
  return div(sum(split(points, POINTS, -2)), POINTS);
}

/**
 * Twin of `ops/similarity-transform.ts`, for every face and every template at once.
 *
 * @param source `(1, n, 5, 2)` key points
 * @param target `(t, 1, 5, 2)` templates
 * @param templates t
 * @returns `(t, n, 6)` affine matrices
 */
export function similarityTransform(g: GraphBuilder, source: Value, target: Value, templates: number): Value {
  const { add, sub, mul, div, sign, sqrt, neg, greater, less, equal, where, concat, reshape, split, transpose } =
    operators(g);
  const matrix = (entries: readonly Value[]) => reshape(concat(entries, -1), [templates, -1, 2, 2]);
  const entriesOf = (x: Value) => split(reshape(x, [templates, -1, 4]), 4, -1);
  const multiply = (x: Value, y: Value) => fusedMatMul(g, x, y, 2);
  const square = (x: Value) => mul(x, x);

  /**
   * The runtime computes these functions in packets along the batch, with other last bits than for what is left over.
   * Its batch is the faces of one template.
   */
  const trig = (operator: 'Atan' | 'Sin' | 'Cos', x: Value) =>
    concat(
      split(x, templates, 0).map((batch) => g.add(operator, [batch])),
      0,
    );
  const atan2 = (y: Value, x: Value) => {
    const angle = trig('Atan', div(y, x));
    const left = where(less(y, 0), sub(angle, Math.PI), add(angle, Math.PI));
    const vertical = where(equal(y, 0), mul(angle, 0), mul(sign(y), Math.PI / 2));
    return where(greater(x, 0), angle, where(equal(x, 0), vertical, left));
  };
  const rotation = (angle: Value) => {
    const [cos, sin] = [trig('Cos', angle), trig('Sin', angle)];
    return { matrix: matrix([cos, neg(sin), sin, cos]), transposed: matrix([cos, sin, neg(sin), cos]) };
  };

  const [sourceMean, targetMean] = [mean(g, source), mean(g, target)];
  const [e, delta] = [sub(source, sourceMean), sub(target, targetMean)];

  // eq. 38: covariance A = D^T E / n
  const A = div(fusedMatMul(g, transpose(delta, [0, 1, 3, 2]), e, POINTS), POINTS);

  // A = U diag(sigma) V^T
  const [a, b, c, d] = entriesOf(A);
  const [aa, bb, cc, dd] = [square(a), square(b), square(c), square(d)];
  const rowDifference = sub(sub(add(aa, bb), cc), dd);
  const columnDifference = sub(add(sub(aa, bb), cc), dd);
  const doubled = (x: Value, y: Value) => mul(mul(2, x), y);
  const theta = mul(0.5, atan2(add(doubled(a, c), doubled(b, d)), rowDifference));
  const phi = mul(0.5, atan2(add(doubled(a, b), doubled(c, d)), columnDifference));
  const rowProduct = add(mul(a, c), mul(b, d));
  const s1 = add(add(add(aa, bb), cc), dd);
  const s2 = sqrt(add(square(rowDifference), mul(4, square(rowProduct))));
  const sigma1 = sqrt(add(div(s1, 2), div(s2, 2)));
  const sigma2 = sqrt(sub(div(s1, 2), div(s2, 2)));
  const U = rotation(theta);
  const W = rotation(phi);
  const [s00, , , s11] = entriesOf(multiply(U.transposed, multiply(A, W.matrix)));
  // V = W diag(signs), transposed: the signs multiply its rows.
  const [w00, w01, w10, w11] = entriesOf(W.transposed);
  const transposedV = matrix([mul(w00, sign(s00)), mul(w01, sign(s00)), mul(w10, sign(s11)), mul(w11, sign(s11))]);

  // eq. 40 to 42: rotation R, scale, translation
  const reflection = sign(sub(mul(a, d), mul(b, c)));
  const [u00, u01, u10, u11] = entriesOf(U.matrix);
  const R = multiply(matrix([u00, mul(u01, reflection), u10, mul(u11, reflection)]), transposedV);
  const [varianceX, varianceY] = split(reshape(mean(g, square(sub(e, mean(g, e)))), [1, -1, 2]), 2, -1);
  // Not a division: the runtime would make one division of 1 / x * y.
  const scale = mul(g.add('Reciprocal', [add(varianceX, varianceY)]), add(sigma1, mul(reflection, sigma2)));
  const rotatedMean = split(
    reshape(fusedMatMul(g, R, transpose(sourceMean, [0, 1, 3, 2]), 2), [templates, -1, 2]),
    2,
    -1,
  );
  const targetMeans = split(reshape(targetMean, [templates, 1, 2]), 2, -1);
  const [r00, r01, r10, r11] = entriesOf(R).map((entry) => mul(entry, scale));
  const [tx, ty] = targetMeans.map((middle, i) => sub(middle, mul(scale, rotatedMean[i])));
  return concat([r00, r01, tx, r10, r11, ty], -1);
}
