import type { Point } from '../types.js';

/** Twice the signed area of the triangle: positive where `c` lies to the right of the way from `a` to `b`, y downwards. */
const turn = (a: Point, b: Point, c: Point) => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/**
 * The smallest convex polygon around points (Andrew's monotone chain, 1979).
 * @param points all finite
 * @returns its corners clockwise as the viewer sees them; fewer than three where the points lie on one line
 */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const chain = (ordered: readonly Point[]) => {
    const kept: Point[] = [];
    for (const point of ordered) {
      while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
      kept.push(point);
    }
    // The last point begins the other half.
    return kept.slice(0, -1);
  };
  return [...chain(sorted), ...chain([...sorted].reverse())];
}
