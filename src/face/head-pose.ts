import { checkLandmarkPoints } from '../landmark106/check-landmarks.js';
import { LANDMARK_GROUPS } from '../landmark106/groups.js';
import { MEAN_SHAPE } from '../landmark106/mean-shape.js';
import type { HeadPose, Point } from '../types.js';
import { rollAngle } from './geometry.js';

/**
 * How much a point says of the head: corners of eyes and nose are bone, lids, brows and lips move, and the contour is where the
 * cheek ends, which is another place of the head at every turn.
 */
const WEIGHTS: readonly number[] = (() => {
  const weights = new Array<number>(MEAN_SHAPE.length).fill(0);
  for (const index of LANDMARK_GROUPS.nose) weights[index] = 1;
  for (const group of ['leftEye', 'rightEye', 'leftBrow', 'rightBrow'] as const) {
    for (const index of LANDMARK_GROUPS[group]) weights[index] = 0.3;
  }
  for (const index of [35, 39, 89, 93]) weights[index] = 1;
  for (const index of [52, 61]) weights[index] = 0.3;
  return weights;
})();

/** Points that lie beside each other err together: so many of them count as one. */
const POINTS_AS_ONE = 5;
/** Points that lie further from the fitted face, as a share of the face's size, contradict each other. */
const MOST_RESIDUAL = 0.15;
/** An angle that is known no better is not known. */
const MOST_UNCERTAIN = 20;
const STEPS = 30;
const DEGREES = 180 / Math.PI;

/** yaw pitch roll in radians, scale, x, y */
type Parameters = number[];

/** A point of the mean shape in the image: turned about the head's own axes, by the roll last, and seen from far away. */
function project([yaw, pitch, roll, scale, x0, y0]: Parameters, [x, y, z]: readonly number[]): Point {
  const y1 = Math.cos(pitch) * y + Math.sin(pitch) * z;
  const z1 = Math.cos(pitch) * z - Math.sin(pitch) * y;
  const x2 = Math.cos(yaw) * x - Math.sin(yaw) * z1;
  return {
    x: x0 + scale * (Math.cos(roll) * x2 - Math.sin(roll) * y1),
    y: y0 + scale * (Math.sin(roll) * x2 + Math.cos(roll) * y1),
  };
}

/** Solves `matrix * x = right` by elimination with pivots; undefined for a singular one. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    if (!(Math.abs(rows[column][column]) > 1e-12)) return undefined;
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k <= n; k++) rows[row][k] -= factor * rows[column][k];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

/** Weighted squared distances, and how they change with the parameters. */
function linearize(parameters: Parameters, points: readonly Point[]) {
  const n = parameters.length;
  const normal = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const gradient = new Array<number>(n).fill(0);
  let sum = 0;
  points.forEach((point, i) => {
    const weight = WEIGHTS[i];
    if (weight === 0) return;
    const at = project(parameters, MEAN_SHAPE[i]);
    const residual = [point.x - at.x, point.y - at.y];
    sum += weight * (residual[0] ** 2 + residual[1] ** 2);
    const columns = parameters.map((value, k) => {
      const step = 1e-6;
      const moved = project(parameters.with(k, value + step), MEAN_SHAPE[i]);
      return [(moved.x - at.x) / step, (moved.y - at.y) / step];
    });
    for (let a = 0; a < n; a++) {
      gradient[a] += weight * (columns[a][0] * residual[0] + columns[a][1] * residual[1]);
      for (let b = 0; b < n; b++) {
        normal[a][b] += weight * (columns[a][0] * columns[b][0] + columns[a][1] * columns[b][1]);
      }
    }
  });
  return { normal, gradient, sum };
}

const WEIGHT_SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** The points with their weighted middle at 0 and a weighted spread of 1, and that of the mean shape. */
function spreadOf(points: readonly (readonly number[])[]) {
  const mean = [0, 1].map((axis) => points.reduce((sum, p, i) => sum + WEIGHTS[i] * p[axis], 0) / WEIGHT_SUM);
  const square = points.reduce((sum, p, i) => sum + WEIGHTS[i] * ((p[0] - mean[0]) ** 2 + (p[1] - mean[1]) ** 2), 0);
  return { mean, spread: Math.sqrt(square / WEIGHT_SUM) };
}

/**
 * Where the head is turned to: the turn in which an average face, seen from far away, lies nearest to the landmarks, by weighted least
 * squares (Levenberg-Marquardt). What that leaves out, the uncertainty does not know: faces differ from the average, most in the pitch; and
 * a camera 60 cm from a head that is turned by 30 degrees sees it turned by up to 4 degrees more or less.
 *
 * @param landmarks 106 points, any unit; those before truncation are more exact
 * @returns undefined where the pose is unknown: the points contradict each other, as those of no face, or tell too little
 * @throws InvalidOptionError
 */
export function headPose(landmarks: readonly Point[]): HeadPose | undefined {
  checkLandmarkPoints('landmarks', landmarks);
  const { mean, spread } = spreadOf(landmarks.map(({ x, y }) => [x, y]));
  if (!(spread > 0 && Number.isFinite(spread))) return undefined;
  const points = landmarks.map(({ x, y }) => ({ x: (x - mean[0]) / spread, y: (y - mean[1]) / spread }));
  const shape = spreadOf(MEAN_SHAPE);
  let best: Parameters = [0, 0, rollAngle(landmarks) / DEGREES, 1 / shape.spread, 0, 0];
  let now = linearize(best, points);
  let damping = 1e-3;
  for (let step = 0; step < STEPS; step++) {
    const damped = now.normal.map((row, i) => row.with(i, row[i] * (1 + damping)));
    const change = solve(damped, now.gradient);
    if (!change) return undefined;
    const tried = best.map((value, i) => value + change[i]);
    const next = linearize(tried, points);
    if (next.sum < now.sum) {
      [best, now, damping] = [tried, next, damping / 10];
      if (Math.hypot(...change) < 1e-9) break;
    } else damping *= 10;
  }
  const [yaw, pitch, roll, scale] = best;
  const residual = Math.sqrt(now.sum / WEIGHT_SUM);
  const isTurnedAway = Math.max(Math.abs(yaw), Math.abs(pitch)) > Math.PI / 2;
  if (!(residual <= MOST_RESIDUAL && scale > 0) || isTurnedAway) return undefined;
  const variance = (POINTS_AS_ONE * now.sum) / (2 * WEIGHT_SUM - best.length);
  const deviations = [0, 1, 2].map((k) => {
    const column = solve(now.normal, [0, 0, 0, 0, 0, 0].with(k, 1));
    return column ? Math.sqrt(variance * column[k]) * DEGREES : Number.POSITIVE_INFINITY;
  });
  if (!deviations.every((deviation) => deviation <= MOST_UNCERTAIN)) return undefined;
  return {
    yaw: yaw * DEGREES,
    pitch: pitch * DEGREES,
    // Into (-180, 180].
    roll: Math.atan2(Math.sin(roll), Math.cos(roll)) * DEGREES,
    uncertainty: { yaw: deviations[0], pitch: deviations[1], roll: deviations[2] },
  };
}
