import type { Point } from '../types.js';

/** Distance from `(x, y)` to the segment from `a` to `b`, which may be one point. */
export function segmentDistance(x: number, y: number, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  // Where on the segment the nearest point lies, from 0 (a) to 1 (b).
  const t = Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  const ex = x - a.x - t * dx;
  const ey = y - a.y - t * dy;
  return Math.sqrt(ex * ex + ey * ey);
}
