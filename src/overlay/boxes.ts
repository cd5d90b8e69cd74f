import type { Box } from '../types.js';

/** Whether two boxes leave at least the gap between them. */
export const apart = (a: Box, b: Box, gap: number): boolean =>
  a.x2 + gap <= b.x1 || b.x2 + gap <= a.x1 || a.y2 + gap <= b.y1 || b.y2 + gap <= a.y1;

export const inside = (a: Box, b: Box): boolean => a.x1 >= b.x1 && a.y1 >= b.y1 && a.x2 <= b.x2 && a.y2 <= b.y2;

/** Area that two boxes share; NaN where one of them has no finite position. */
export const sharedArea = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)) * Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));

export const grown = ({ x1, y1, x2, y2 }: Box, by: number): Box => ({
  x1: x1 - by,
  y1: y1 - by,
  x2: x2 + by,
  y2: y2 + by,
});
