import { describe } from './describe.js';
import { InvalidOptionError } from './errors.js';
import { checkArray, checkList } from './options.js';
import { KEYPOINT_NAMES, type Point } from './types.js';

function isPoint(value: unknown): value is Point {
  const { x, y } = (value ?? {}) as Partial<Point>;
  return typeof x === 'number' && typeof y === 'number';
}

/** Refuses anything but `{ x, y }` of two numbers, which need not be finite. */
export function checkPoint(name: string, value: unknown): Point {
  if (isPoint(value)) return value;
  throw new InvalidOptionError({ name, expected: 'a point { x, y }', received: describe(value) });
}

/** Refuses anything but an array of points. @param length how many it must be */
export function checkPoints(name: string, value: unknown, length?: number): readonly Point[] {
  return checkList(name, checkArray(name, value, length), checkPoint);
}

/** Refuses anything but the five key points, in SCRFD's order. */
export function checkKeypoints(name: string, value: unknown): readonly Point[] {
  if (Array.isArray(value) && value.length === KEYPOINT_NAMES.length && Array.from(value).every(isPoint)) return value;
  throw new InvalidOptionError({
    name,
    expected: `${KEYPOINT_NAMES.length} points { x, y } (left eye, right eye, nose, left mouth corner, right mouth corner)`,
    received: describe(value),
  });
}
