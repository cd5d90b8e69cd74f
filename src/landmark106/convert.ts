import { checkInteger } from '../options.js';
import type { Point } from '../types.js';
import { checkLandmarkPoints } from './check-landmarks.js';
import { EYE_CENTERS, LANDMARK_MIRROR, LANDMARK_PATHS, PUPILS } from './groups.js';

const { contour, leftBrow, rightBrow, leftEye, rightEye, noseBridge, noseBase, outerLip, innerLip } = LANDMARK_PATHS;

/**
 * The index, among the 106 points, of each of the 68 points of the 300-W markup (Sagonas et al., "300 Faces in-the-Wild
 * Challenge", 2013), in that markup's order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, outer lip 48-59,
 * inner lip 60-67.
 */
export const LANDMARKS_300W: readonly number[] = [
  // Every other point of the denser contour, which puts the chin in the middle of both.
  ...contour.indices.filter((_, i) => i % 2 === 0),
  // The upper edges of the brows.
  ...leftBrow.indices.slice(0, 5),
  ...rightBrow.indices.slice(0, 5),
  ...noseBridge.indices,
  ...[78, 79, 80, 85, 84],
  // Six points an eye: without the middles of the lids.
  ...leftEye.indices.filter((_, i) => i !== 2 && i !== 6),
  ...rightEye.indices.filter((_, i) => i !== 2 && i !== 6),
  ...outerLip.indices,
  ...innerLip.indices,
];

/**
 * The 106 points in the order of the JD-106 markup (Liu et al., "Grand Challenge of 106-Point Facial Landmark
 * Localization", 2019).
 */
export const LANDMARKS_JD106: readonly number[] = [
  ...contour.indices,
  ...leftBrow.indices,
  ...rightBrow.indices,
  ...noseBridge.indices,
  ...noseBase.indices,
  ...leftEye.indices,
  EYE_CENTERS.left,
  ...rightEye.indices,
  EYE_CENTERS.right,
  ...outerLip.indices,
  ...innerLip.indices,
  PUPILS.left,
  PUPILS.right,
];

function pick(landmarks: readonly Point[], indices: readonly number[]): Point[] {
  checkLandmarkPoints('landmarks', landmarks);
  return indices.map((index) => ({ ...landmarks[index] }));
}

/** 106 points -> the 68 of the 300-W markup. @throws InvalidOptionError */
export function to300W(landmarks: readonly Point[]): Point[] {
  return pick(landmarks, LANDMARKS_300W);
}

/** 106 points -> the same points in JD-106 order. @throws InvalidOptionError */
export function toJd106(landmarks: readonly Point[]): Point[] {
  return pick(landmarks, LANDMARKS_JD106);
}

/**
 * The landmarks of the horizontally flipped image: `x' = width - 1 - x`, in the order that they have there.
 * @param width of the image, pixels
 * @throws InvalidOptionError, also when the width is not a positive integer
 */
export function mirrorLandmarks(landmarks: readonly Point[], width: number): Point[] {
  checkInteger('width', width, 1, Number.MAX_SAFE_INTEGER);
  return pick(landmarks, LANDMARK_MIRROR).map(({ x, y }) => ({ x: width - 1 - x, y }));
}
