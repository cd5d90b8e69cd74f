import { boxIou } from '../face/box-iou.js';
import type { Box, Point } from '../types.js';
import { spread } from './face-smoother.js';

/** What matching needs of a face: where it is. */
export interface Located {
  box: Box;
  landmarksFloat: readonly Point[];
}

/** Mean distance of corresponding landmarks in units of the face's size. */
function landmarkDistance(a: Located, b: Located): number {
  const sum = a.landmarksFloat.reduce((total, { x, y }, i) => {
    const other = b.landmarksFloat[i];
    return total + Math.hypot(x - other.x, y - other.y);
  }, 0);
  return sum / a.landmarksFloat.length / (spread(a.landmarksFloat) || 1);
}

/** Boxes that overlap less, or landmarks that lie further apart (in face sizes), are different faces. */
const MIN_OVERLAP = 0.1;
const MAX_DISTANCE = 1.5;

/** How unlike two faces are, from 0; infinite when they cannot be the same one. */
export function dissimilarity(a: Located, b: Located): number {
  const shared = boxIou(a.box, b.box);
  const distance = landmarkDistance(a, b);
  return shared < MIN_OVERLAP || !(distance < MAX_DISTANCE) ? Number.POSITIVE_INFINITY : distance + 1 - shared;
}

/**
 * Pairs known faces with found ones, the most alike first, each at most once.
 * @returns for each known face the index of the found one, or undefined
 */
export function matchFaces(known: readonly Located[], found: readonly Located[]): (number | undefined)[] {
  const pairs = known.flatMap((a, i) => found.map((b, j) => ({ i, j, cost: dissimilarity(a, b) })));
  const matches = new Array<number | undefined>(known.length).fill(undefined);
  const taken = new Set<number>();
  for (const { i, j, cost } of pairs.sort((a, b) => a.cost - b.cost)) {
    if (cost === Number.POSITIVE_INFINITY) break;
    if (matches[i] !== undefined || taken.has(j)) continue;
    matches[i] = j;
    taken.add(j);
  }
  return matches;
}
