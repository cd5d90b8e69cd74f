import { LANDMARKS_JD106 } from '../landmark106/convert.js';
import type { Point } from '../types.js';
import { checkTruthLandmarks, type TruthImage } from './ground-truth.js';
import { TruthLines } from './truth-lines.js';

const POINTS = LANDMARKS_JD106.length;

/**
 * The 106 points of one face as the JD-landmark data set writes them (Liu et al., "Grand Challenge of 106-Point Facial
 * Landmark Localization", 2019), and LaPa too: a line with the number 106, then x and y of each point, pixels counted from 0.
 *
 * @param name of the file, for error messages
 * @returns the points in 2d106det's order
 * @throws GroundTruthError naming the line that does not fit
 */
export function parseJdLandmark(text: string, name: string): TruthImage {
  const lines = new TruthLines(text, name);
  lines.match(new RegExp(`^${POINTS}$`), `the number of points, ${POINTS}`);
  const points = lines.points(POINTS);
  lines.end();
  const landmarks = new Array<Point>(POINTS);
  for (const [place, index] of LANDMARKS_JD106.entries()) landmarks[index] = points[place];
  return { faces: [{ landmarks: checkTruthLandmarks(landmarks, name) }] };
}
