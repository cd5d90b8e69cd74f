import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';

/**
 * Twin of the products in `ops/affine.ts`: matrices `(..., m, k) x (..., k, n)`, each entry a chain of fused
 * multiply-adds in the order of `k`. Spelled out in float64, where the product of two float32 is exact, so that the bits
 * are the same on processors whose MatMul does not fuse.
 */
export function fusedMatMul(g: GraphBuilder, a: Value, b: Value, k: number): Value {
  const { add, mul, cast, split } = operators(g);
  const [columns, rows] = [split(a, k, -1), split(b, k, -2)];
  const double = (x: Value) => cast(x, 'double');
  const [column, row] = [split(double(a), k, -1), split(double(b), k, -2)];
  let sum = mul(columns[0], rows[0]);
  for (let i = 1; i < k; i++) sum = cast(add(mul(column[i], row[i]), double(sum)), 'float');
  return sum;
}

/** The six entries of `(..., 6)` affine matrices, row by row, each `(..., 1)`. */
export function affineEntries(g: GraphBuilder, matrix: Value): Value[] {
  return operators(g).split(matrix, 6, -1);
}

/** Twin of `invertAffine` in `ops/affine.ts`, on `(n, 6)` matrices. */
export function invertAffine(g: GraphBuilder, matrix: Value): Value {
  const { add, sub, mul, div, abs, neg, sign, concat } = operators(g);
  const [a, b, tx, c, d, ty] = affineEntries(g, matrix);
  const determinant = sub(mul(a, d), mul(b, c));
  const divisor = add(abs(determinant), 1e-8);
  const signum = sign(determinant);
  const entry = (value: Value) => mul(div(value, divisor), signum);
  const [a1, b1, c1, d1] = [entry(d), entry(neg(b)), entry(neg(c)), entry(a)];
  const shift = (x: Value, y: Value) => neg(add(mul(x, tx), mul(y, ty)));
  return concat([a1, b1, shift(a1, b1), c1, d1, shift(c1, d1)], -1);
}

/**
 * Twin of `transformPoint` in `ops/affine.ts`.
 *
 * @param matrix `(..., 6)`
 * @param points `(..., k, 2)`
 * @returns `(..., k, 2)`
 */
export function transformPoints(g: GraphBuilder, matrix: Value, points: Value): Value {
  const { add, concat } = operators(g);
  const [a, b, tx, c, d, ty] = affineEntries(g, matrix);
  const row = (x: Value, y: Value) => g.add('Unsqueeze', [concat([x, y], -1), g.int64([-2])]);
  // Points are rows here, so that the matrix is transposed: its first row holds what multiplies x.
  const linear = concat([row(a, c), row(b, d)], -2);
  return add(fusedMatMul(g, points, linear, 2), row(tx, ty));
}
