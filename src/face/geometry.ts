import { checkLandmarkPoints } from '../landmark106/check-landmarks.js';
import { LANDMARK_PATHS, landmarkPath } from '../landmark106/groups.js';
import type { Point } from '../types.js';

const distance = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y);

function centroid(points: readonly Point[]): Point {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
}

/**
 * How far the head leans to the side, in degrees in (-180, 180]: 0 upright, positive clockwise as the viewer sees it.
 * The direction from the middle of the image-left eye's ring to that of the image-right eye.
 * @param landmarks 106 points, any unit
 * @throws InvalidOptionError
 */
export function rollAngle(landmarks: readonly Point[]): number {
  checkLandmarkPoints('landmarks', landmarks);
  const left = centroid(landmarkPath(landmarks, 'leftEye'));
  const right = centroid(landmarkPath(landmarks, 'rightEye'));
  return (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI;
}

/**
 * Distance between the outer eye corners, in the landmarks' unit: the inter-ocular distance by which landmark errors are
 * normalised (Sagonas et al., "300 Faces in-the-Wild Challenge", 2013).
 * @param landmarks 106 points
 * @throws InvalidOptionError
 */
export function interOcularDistance(landmarks: readonly Point[]): number {
  checkLandmarkPoints('landmarks', landmarks);
  return distance(landmarks[35], landmarks[93]);
}

/**
 * Eye aspect ratio, 0 for a closed eye and about 0.3 for an open one: the mean of two lid distances over the distance
 * of the corners (Soukupova and Cech, "Real-Time Eye Blink Detection using Facial Landmarks", 2016, eq. 1).
 * NaN when the corners coincide at one point with the lids.
 * @param landmarks 106 points, any unit
 * @throws InvalidOptionError
 */
export function eyeOpenness(landmarks: readonly Point[]): { left: number; right: number } {
  checkLandmarkPoints('landmarks', landmarks);
  const ratio = (path: 'leftEye' | 'rightEye') => {
    const [p1, p2, , p3, p4, p5, , p6] = LANDMARK_PATHS[path].indices.map((index) => landmarks[index]);
    return (distance(p2, p6) + distance(p3, p5)) / (2 * distance(p1, p4));
  };
  return { left: ratio('leftEye'), right: ratio('rightEye') };
}

/**
 * Mouth aspect ratio, 0 for closed lips: the eye's ratio carried over to the inner lip, the mean of three openings over
 * the distance of its corners. NaN when the whole inner lip is one point.
 * @param landmarks 106 points, any unit
 * @throws InvalidOptionError
 */
export function mouthOpenness(landmarks: readonly Point[]): number {
  checkLandmarkPoints('landmarks', landmarks);
  const [left, upper1, upper2, upper3, right, lower3, lower2, lower1] = landmarkPath(landmarks, 'innerLip');
  const openings = distance(upper1, lower1) + distance(upper2, lower2) + distance(upper3, lower3);
  return openings / (3 * distance(left, right));
}
