import type { FaceAttributes, Point } from '../types.js';
import { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from './geometry.js';

/** JSON knows no NaN. */
const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/**
 * Everything that `geometry` computes, for JSON.
 * @param landmarks 106 points, image pixels
 * @throws InvalidOptionError
 */
export function faceAttributes(landmarks: readonly Point[]): FaceAttributes {
  const { left, right } = eyeOpenness(landmarks);
  return {
    rollDegrees: orNull(rollAngle(landmarks)),
    interOcularDistance: orNull(interOcularDistance(landmarks)),
    eyeOpenness: { left: orNull(left), right: orNull(right) },
    mouthOpenness: orNull(mouthOpenness(landmarks)),
  };
}
