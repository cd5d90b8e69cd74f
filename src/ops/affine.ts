import { checkPoint, checkPoints } from '../check-points.js';
import { checkAnyNumber } from '../options.js';
import { tensor, tensorValues } from '../tensor.js';
import type { AffineMatrix, Point } from '../types.js';
import { checkMatrix } from './check-matrix.js';

const f32 = Math.fround;

/**
 * `a * b + c` with one rounding, as the matrix kernels of ONNX Runtime (MLAS) compute a dot product term by term.
 * The product of two float32 is exact in float64, so only the final rounding to float32 is left.
 */
export const fusedMultiplyAdd = (a: number, b: number, c: number): number => f32(a * b + c);

/** The entries of a matrix row by row. */
export type AffineEntries = [a: number, b: number, tx: number, c: number, d: number, ty: number];

const ENTRY_NAMES = ['a', 'b', 'tx', 'c', 'd', 'ty'];

/** `[[a, b, tx], [c, d, ty]]` as an {@link AffineMatrix}. @throws InvalidOptionError for anything but numbers */
export function affineMatrix(a: number, b: number, tx: number, c: number, d: number, ty: number): AffineMatrix {
  const entries = [a, b, tx, c, d, ty];
  for (let i = 0; i < entries.length; i++) checkAnyNumber(ENTRY_NAMES[i], entries[i]);
  return tensor(Float32Array.from(entries), [2, 3]);
}

/** The six entries row by row. @throws InvalidOptionError for anything but a matrix */
export function affineEntries(matrix: AffineMatrix): AffineEntries {
  const [a, b, tx, c, d, ty] = tensorValues(checkMatrix('the matrix', matrix));
  return [a, b, tx, c, d, ty];
}

/**
 * The inverse map, float32 in the reference's order: `R' = adj(R) / (|det R| + 1e-8) * sign(det R)`, `t' = -R' t`.
 * A singular matrix gives all zeros (sign 0), never a division by zero.
 */
export function invertAffine(matrix: AffineMatrix): AffineMatrix {
  const [a, b, tx, c, d, ty] = affineEntries(matrix);
  const determinant = f32(f32(a * d) - f32(b * c));
  const sign = Math.sign(determinant);
  const divisor = f32(Math.abs(determinant) + f32(1e-8));
  const entry = (value: number) => f32(f32(value / divisor) * sign);
  const [a1, b1, c1, d1] = [entry(d), entry(-b), entry(-c), entry(a)];
  // A matrix times a single column is the only product that the runtime does not fuse.
  return affineMatrix(a1, b1, -f32(f32(a1 * tx) + f32(b1 * ty)), c1, d1, -f32(f32(c1 * tx) + f32(d1 * ty)));
}

/** `outer o inner`: first `inner`, then `outer`. Float32, each entry a dot product of the 3 x 3 forms. */
export function composeAffine(outer: AffineMatrix, inner: AffineMatrix): AffineMatrix {
  const [a, b, tx, c, d, ty] = affineEntries(outer);
  const [e, f, ux, g, h, uy] = affineEntries(inner);
  const dot = (x: number, y: number, t: number, u: number, v: number, w: number) =>
    fusedMultiplyAdd(t, w, fusedMultiplyAdd(y, v, f32(x * u)));
  return affineMatrix(
    dot(a, b, tx, e, g, 0),
    dot(a, b, tx, f, h, 0),
    dot(a, b, tx, ux, uy, 1),
    dot(c, d, ty, e, g, 0),
    dot(c, d, ty, f, h, 0),
    dot(c, d, ty, ux, uy, 1),
  );
}

/** Maps one point; float32 in the reference's order. */
export function mapPoint([a, b, tx, c, d, ty]: AffineEntries, { x, y }: Point): Point {
  return {
    x: f32(fusedMultiplyAdd(b, y, f32(a * x)) + tx),
    y: f32(fusedMultiplyAdd(d, y, f32(c * x)) + ty),
  };
}

/** Maps one point; float32 in the reference's order. @throws InvalidOptionError */
export function transformPoint(matrix: AffineMatrix, point: Point): Point {
  return mapPoint(affineEntries(matrix), checkPoint('the point', point));
}

/**
 * Maps points; inverse mapping of landmarks is `transformPoints(face.cropToImage, points)`.
 * @throws InvalidOptionError
 */
export function transformPoints(matrix: AffineMatrix, points: readonly Point[]): Point[] {
  const entries = affineEntries(matrix);
  return checkPoints('points', points).map((point) => mapPoint(entries, point));
}
