const f32 = Math.fround;

/**
 * Intersection over union of two boxes, float32 by the rules of the ONNX operator `NonMaxSuppression`: corners in any
 * order; 0 where the boxes do not overlap on an axis or have no area.
 *
 * @param boxes `(n, 4)` x1 y1 x2 y2, flat
 * @param i row of the first box
 * @param j row of the second box
 */
export function iou(boxes: Float32Array, i: number, j: number): number {
  const a = i * 4;
  const b = j * 4;
  const ax1 = Math.min(boxes[a], boxes[a + 2]);
  const ax2 = Math.max(boxes[a], boxes[a + 2]);
  const bx1 = Math.min(boxes[b], boxes[b + 2]);
  const bx2 = Math.max(boxes[b], boxes[b + 2]);
  const width = f32(Math.min(ax2, bx2) - Math.max(ax1, bx1));
  if (!(width > 0)) return 0;
  const ay1 = Math.min(boxes[a + 1], boxes[a + 3]);
  const ay2 = Math.max(boxes[a + 1], boxes[a + 3]);
  const by1 = Math.min(boxes[b + 1], boxes[b + 3]);
  const by2 = Math.max(boxes[b + 1], boxes[b + 3]);
  const height = f32(Math.min(ay2, by2) - Math.max(ay1, by1));
  if (!(height > 0)) return 0;
  const intersection = f32(width * height);
  const areaA = f32(f32(ax2 - ax1) * f32(ay2 - ay1));
  const areaB = f32(f32(bx2 - bx1) * f32(by2 - by1));
  const union = f32(f32(areaA + areaB) - intersection);
  if (!(intersection > 0 && areaA > 0 && areaB > 0 && union > 0)) return 0;
  return f32(intersection / union);
}

/**
 * Greedy non-maximum suppression by the rules of the ONNX operator `NonMaxSuppression`: best score first, equal scores
 * by lower row; a box goes when its IoU with a kept one is above the threshold.
 *
 * @param boxes `(n, 4)` x1 y1 x2 y2, flat
 * @param scores `(n)`, all of them candidates
 * @param iouThreshold in [0, 1]
 * @param limit at most so many are kept
 * @returns kept rows in order of descending score
 */
export function nms(boxes: Float32Array, scores: Float32Array, iouThreshold: number, limit: number): number[] {
  const threshold = f32(iouThreshold);
  const order = Array.from(scores.keys()).sort((i, j) => scores[j] - scores[i] || i - j);
  const kept: number[] = [];
  for (const row of order) {
    if (kept.length >= limit) break;
    if (!kept.some((other) => iou(boxes, row, other) > threshold)) kept.push(row);
  }
  return kept;
}
