import type { FaceAttributes, Point } from '../types.js';
import { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from './geometry.js';
import { headPose } from './head-pose.js';

/** JSON knows no NaN. */
const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/**
 * Everything that `geometry` and `headPose` compute, for JSON.
 * @param landmarks 106 points, image pixels
 * @throws InvalidOptionError
 */
export function faceAttributes(landmarks: readonly Point[]): FaceAttributes {
  const { left, right } = eyeOpenness(landmarks);
  return {
    pose: headPose(landmarks) ?? null,
    rollDegrees: orNull(rollAngle(landmarks)),
    interOcularDistance: orNull(interOcularDistance(landmarks)),
    eyeOpenness: { left: orNull(left), right: orNull(right) },
    mouthOpenness: orNull(mouthOpenness(landmarks)),
  };
}
