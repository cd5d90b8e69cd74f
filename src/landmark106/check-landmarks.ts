import { describe, InvalidOptionError } from '../errors.js';
import { LANDMARK106 } from './spec.js';

/** Refuses anything but an array of 106. */
export function checkLandmarks(landmarks: readonly unknown[]): void {
  if (Array.isArray(landmarks) && landmarks.length === LANDMARK106.points) return;
  throw new InvalidOptionError({
    name: 'landmarks',
    expected: `${LANDMARK106.points} points`,
    received: describe(landmarks),
    hint: 'Pass the landmarks or landmarksFloat of a face.',
  });
}
