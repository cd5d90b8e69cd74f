import type { Point } from '../types.js';
import { checkTruthLandmarks, type TruthImage } from './ground-truth.js';
import { TruthLines } from './truth-lines.js';

const POINTS = 68;

/**
 * The 68 points of one face as the 300-W data set writes them (Sagonas et al., "300 Faces in-the-Wild Challenge", 2013):
 * `version: 1`, `n_points: 68`, then x and y of each point between braces. Its pixels are counted from 1, as MATLAB does.
 *
 * @param name of the file, for error messages
 * @throws GroundTruthError naming the line that does not fit
 */
export function parsePts(text: string, name: string): TruthImage {
  const lines = new TruthLines(text, name);
  lines.match(/^version:/i, '"version: 1"');
  lines.match(new RegExp(`^n_points:\\s*${POINTS}$`, 'i'), `"n_points: ${POINTS}"`);
  lines.match(/^\{$/, '"{"');
  const landmarks = lines.points(POINTS).map(({ x, y }): Point => ({ x: x - 1, y: y - 1 }));
  lines.match(/^\}$/, '"}"');
  lines.end();
  return { faces: [{ landmarks: checkTruthLandmarks(landmarks, name) }] };
}
