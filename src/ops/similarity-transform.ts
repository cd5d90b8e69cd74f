import { checkPoints } from '../check-points.js';
import { checkFunction, checkInteger, checkObject } from '../options.js';
import type { AffineMatrix, Point } from '../types.js';
import { affineMatrix, fusedMultiplyAdd } from './affine.js';
import { scalarTrig, type TrigFloat32 } from './trig-float32.js';

const f32 = Math.fround;
const PI = f32(Math.PI);

type Matrix2 = readonly [a: number, b: number, c: number, d: number];

/** Row-major 2 x 2 product, each entry a fused dot product as in ONNX Runtime's MatMul. */
function multiply([a, b, c, d]: Matrix2, [e, f, g, h]: Matrix2): Matrix2 {
  return [
    fusedMultiplyAdd(b, g, f32(a * e)),
    fusedMultiplyAdd(b, h, f32(a * f)),
    fusedMultiplyAdd(d, g, f32(c * e)),
    fusedMultiplyAdd(d, h, f32(c * f)),
  ];
}

const transpose = ([a, b, c, d]: Matrix2): Matrix2 => [a, c, b, d];

function mean(values: readonly number[]): number {
  return f32(values.reduce((sum, value) => f32(sum + value)) / values.length);
}

function checkTrig(name: string, value: unknown): void {
  const trig = checkObject(name, value) as TrigFloat32;
  for (const method of ['sin', 'cos', 'atan'] as const) checkFunction(`${name}.${method}`, trig[method]);
}

/** atan2 as the reference builds it from `atan(y / x)` by quadrant; NaN where 0/0 reaches it. */
function atan2(y: number, x: number, trig: TrigFloat32): number {
  const angle = trig.atan(f32(y / x));
  if (x > 0) return angle;
  if (x !== 0) return y >= 0 ? f32(angle + PI) : f32(angle - PI);
  if (y !== 0) return y > 0 ? f32(Math.PI / 2) : f32(-Math.PI / 2);
  return f32(angle * 0);
}

function rotation(angle: number, trig: TrigFloat32): Matrix2 {
  const [cos, sin] = [trig.cos(angle), trig.sin(angle)];
  return [cos, -sin, sin, cos];
}

/**
 * Least-squares similarity transform `source -> target` (Umeyama 1991, eq. 34 to 43: rotation, uniform scale,
 * translation; a reflection is excluded by the sign of `det A`), float32 in the reference's order of operations.
 * The 2 x 2 singular value decomposition is the closed form by two angles.
 *
 * Points that lie on one line make the decomposition rank-deficient: the result is then rank 1 or NaN as the reference
 * returns it. `estimateCropTransforms` gives such key points a defined outcome.
 *
 * @param trig which of the runtime's two sets of float32 functions to use, see `trig-float32.ts`
 * @throws InvalidOptionError
 */
export function similarityTransform(
  source: readonly Point[],
  target: readonly Point[],
  trig: TrigFloat32 = scalarTrig,
): AffineMatrix {
  const { length } = checkPoints('source', source);
  checkInteger('the number of points in source', length, 1, Number.MAX_SAFE_INTEGER);
  checkPoints('target', target, length);
  checkTrig('trig', trig);
  return leastSquaresSimilarity(source, target, trig);
}

/** {@link similarityTransform} without the checks. */
export function leastSquaresSimilarity(
  source: readonly Point[],
  target: readonly Point[],
  trig: TrigFloat32,
): AffineMatrix {
  const n = source.length;
  const [sourceX, sourceY] = [source.map((p) => f32(p.x)), source.map((p) => f32(p.y))];
  const [targetX, targetY] = [target.map((p) => f32(p.x)), target.map((p) => f32(p.y))];
  const [sourceMeanX, sourceMeanY] = [mean(sourceX), mean(sourceY)];
  const [targetMeanX, targetMeanY] = [mean(targetX), mean(targetY)];
  const [ex, ey] = [sourceX.map((x) => f32(x - sourceMeanX)), sourceY.map((y) => f32(y - sourceMeanY))];
  const [dx, dy] = [targetX.map((x) => f32(x - targetMeanX)), targetY.map((y) => f32(y - targetMeanY))];

  // eq. 38: covariance A = D^T E / n
  const covariance = (d: readonly number[], e: readonly number[]) =>
    f32(d.reduce((sum, value, i) => fusedMultiplyAdd(value, e[i], sum), 0) / n);
  const A: Matrix2 = [covariance(dx, ex), covariance(dx, ey), covariance(dy, ex), covariance(dy, ey)];

  // A = U diag(sigma) V^T. Every product and sum below is rounded on its own, left to right, as in the reference.
  const [a, b, c, d] = A;
  const [aa, bb, cc, dd] = [f32(a * a), f32(b * b), f32(c * c), f32(d * d)];
  const rowDifference = f32(f32(f32(aa + bb) - cc) - dd);
  const columnDifference = f32(f32(f32(aa - bb) + cc) - dd);
  const theta = f32(0.5 * atan2(f32(f32(2 * a * c) + f32(2 * b * d)), rowDifference, trig));
  const phi = f32(0.5 * atan2(f32(f32(2 * a * b) + f32(2 * c * d)), columnDifference, trig));
  const rowProduct = f32(f32(a * c) + f32(b * d));
  const s1 = f32(f32(f32(aa + bb) + cc) + dd);
  const s2 = f32(Math.sqrt(f32(f32(rowDifference * rowDifference) + f32(4 * f32(rowProduct * rowProduct)))));
  const sigma1 = f32(Math.sqrt(f32(s1 / 2 + s2 / 2)));
  const sigma2 = f32(Math.sqrt(f32(s1 / 2 - s2 / 2)));
  const U = rotation(theta, trig);
  const W = rotation(phi, trig);
  const S = multiply(transpose(U), multiply(A, W));
  const V = multiply(W, [Math.sign(S[0]), 0, 0, Math.sign(S[3])]);

  // eq. 40 to 42: rotation R, scale, translation
  const reflection = Math.sign(f32(f32(a * d) - f32(b * c)));
  const R = multiply(multiply(U, [1, 0, 0, reflection]), transpose(V));
  const variance = (e: readonly number[]) => {
    // The centred values are centred again: their float32 mean need not be zero.
    const m = mean(e);
    return mean(e.map((value) => f32(f32(value - m) * f32(value - m))));
  };
  const scale = f32(f32(1 / f32(variance(ex) + variance(ey))) * f32(sigma1 + f32(reflection * sigma2)));
  const rotatedX = fusedMultiplyAdd(R[1], sourceMeanY, f32(R[0] * sourceMeanX));
  const rotatedY = fusedMultiplyAdd(R[3], sourceMeanY, f32(R[2] * sourceMeanX));
  return affineMatrix(
    R[0] * scale,
    R[1] * scale,
    targetMeanX - f32(scale * rotatedX),
    R[2] * scale,
    R[3] * scale,
    targetMeanY - f32(scale * rotatedY),
  );
}
