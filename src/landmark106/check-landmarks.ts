import { checkPoint } from '../check-points.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { checkList } from '../options.js';
import type { Point } from '../types.js';
import { LANDMARK106 } from './spec.js';

/** Refuses anything but an array of 106 elements of any type. */
export function checkLandmarks(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length === LANDMARK106.points) return value;
  throw new InvalidOptionError({
    name,
    expected: `${LANDMARK106.points} points`,
    received: describe(value),
    hint: 'Pass the landmarks or landmarksFloat of a face.',
  });
}

/** Refuses anything but 106 points. */
export function checkLandmarkPoints(name: string, value: unknown): readonly Point[] {
  return checkList(name, checkLandmarks(name, value), checkPoint);
}
