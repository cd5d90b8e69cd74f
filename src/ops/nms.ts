import { checkFloats, checkInteger, checkNumber } from '../options.js';

const f32 = Math.fround;

/** Box `row` of `boxes` with its corners in order, into `out`. */
function orderCorners(boxes: Float32Array, row: number, out: Float32Array, to: number): void {
  const [x1, y1, x2, y2] = [boxes[row * 4], boxes[row * 4 + 1], boxes[row * 4 + 2], boxes[row * 4 + 3]];
  out[to] = Math.min(x1, x2);
  out[to + 1] = Math.min(y1, y2);
  out[to + 2] = Math.max(x1, x2);
  out[to + 3] = Math.max(y1, y2);
}

/** IoU of the boxes at `a` and `b` of a list whose corners are in order. */
function orderedIou(corners: Float32Array, a: number, b: number): number {
  const ax1 = corners[a];
  const ay1 = corners[a + 1];
  const ax2 = corners[a + 2];
  const ay2 = corners[a + 3];
  const bx1 = corners[b];
  const by1 = corners[b + 1];
  const bx2 = corners[b + 2];
  const by2 = corners[b + 3];
  const width = f32(Math.min(ax2, bx2) - Math.max(ax1, bx1));
  const height = f32(Math.min(ay2, by2) - Math.max(ay1, by1));
  if (!(width > 0 && height > 0)) return 0;
  const intersection = f32(width * height);
  const areaA = f32(f32(ax2 - ax1) * f32(ay2 - ay1));
  const areaB = f32(f32(bx2 - bx1) * f32(by2 - by1));
  const union = f32(f32(areaA + areaB) - intersection);
  if (!(intersection > 0 && areaA > 0 && areaB > 0 && union > 0)) return 0;
  return f32(intersection / union);
}

/** Whether the box at `end` has an IoU above the threshold with any box before it. */
function isSuppressed(corners: Float32Array, end: number, threshold: number): boolean {
  const x1 = corners[end];
  const y1 = corners[end + 1];
  const x2 = corners[end + 2];
  const y2 = corners[end + 3];
  for (let i = 0; i < end; i += 4) {
    // Most pairs do not overlap, which one or two comparisons can tell.
    const touching = corners[i] < x2 && x1 < corners[i + 2] && corners[i + 1] < y2 && y1 < corners[i + 3];
    if (touching && orderedIou(corners, end, i) > threshold) return true;
  }
  return false;
}

/**
 * Intersection over union of two boxes, float32 by the rules of the ONNX operator `NonMaxSuppression`: corners in any
 * order; 0 where the boxes do not overlap on an axis or have no area.
 *
 * @param boxes `(n, 4)` x1 y1 x2 y2, flat
 * @param i row of the first box
 * @param j row of the second box
 * @throws InvalidOptionError
 */
export function iou(boxes: Float32Array, i: number, j: number): number {
  const last = checkFloats('boxes', boxes, 4).length / 4 - 1;
  checkInteger('i', i, 0, last);
  checkInteger('j', j, 0, last);
  const corners = new Float32Array(8);
  orderCorners(boxes, i, corners, 0);
  orderCorners(boxes, j, corners, 4);
  return orderedIou(corners, 0, 4);
}

/**
 * Greedy non-maximum suppression by the rules of the ONNX operator `NonMaxSuppression`: best score first, equal scores
 * by lower row; a box is dropped when its IoU with a kept one is above the threshold.
 *
 * @param boxes `(n, 4)` x1 y1 x2 y2, flat
 * @param scores `(n)`, all of them candidates
 * @param iouThreshold in [0, 1]
 * @param limit largest number of kept boxes
 * @returns kept rows in order of descending score
 * @throws InvalidOptionError
 */
export function nms(boxes: Float32Array, scores: Float32Array, iouThreshold: number, limit: number): number[] {
  checkFloats('scores', scores);
  checkFloats('boxes', boxes, 4 * scores.length);
  checkNumber('iouThreshold', iouThreshold, 0, 1);
  checkNumber('limit', limit, 0, Number.POSITIVE_INFINITY);
  return suppress(boxes, scores, iouThreshold, limit);
}

/** {@link nms} without the checks. */
export function suppress(boxes: Float32Array, scores: Float32Array, iouThreshold: number, limit: number): number[] {
  const threshold = f32(iouThreshold);
  const order = Array.from(scores.keys()).sort((i, j) => scores[j] - scores[i] || i - j);
  const kept: number[] = [];
  // The kept boxes one after the other, followed by the current candidate.
  const corners = new Float32Array(4 * order.length + 4);
  for (const row of order) {
    if (kept.length >= limit) break;
    orderCorners(boxes, row, corners, 4 * kept.length);
    if (!isSuppressed(corners, 4 * kept.length, threshold)) kept.push(row);
  }
  return kept;
}
