import type { AffineMatrix, Point } from '../types.js';
import { affineMatrix } from './affine.js';

/** Mean and second moments of points about it, float64. */
export interface Moments {
  meanX: number;
  meanY: number;
  xx: number;
  xy: number;
  yy: number;
}

export function moments(points: readonly Point[]): Moments {
  const meanX = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const meanY = points.reduce((sum, p) => sum + p.y, 0) / points.length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  return { meanX, meanY, xx, xy, yy };
}

/**
 * Least-squares rotation, scale and translation `source -> target`, float64. With points as complex numbers e (centred
 * source) and d (centred target) it is `sum(conj(e) d) / sum(|e|^2)`. It needs no singular value decomposition, so that points on
 * one line are no special case. The reference's arithmetic is in `similarity-transform.ts`; this one serves where its bits do not
 * matter.
 *
 * @param source at least two different points
 */
export function closedFormSimilarity(source: readonly Point[], target: readonly Point[]): AffineMatrix {
  const from = moments(source);
  const to = moments(target);
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < source.length; i++) {
    const [ex, ey] = [source[i].x - from.meanX, source[i].y - from.meanY];
    const [dx, dy] = [target[i].x - to.meanX, target[i].y - to.meanY];
    real += ex * dx + ey * dy;
    imaginary += ex * dy - ey * dx;
  }
  const spread = from.xx + from.yy;
  const [a, c] = [real / spread, imaginary / spread];
  return affineMatrix(
    a,
    -c,
    to.meanX - a * from.meanX + c * from.meanY,
    c,
    a,
    to.meanY - c * from.meanX - a * from.meanY,
  );
}
