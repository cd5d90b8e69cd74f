import { GroundTruthError } from '../errors.js';
import type { Box, Point } from '../types.js';
import { MARKUPS, markupOf, outerEyeDistance } from './markup.js';

/** What is known of one face by hand: its box, its landmarks, or both. */
export interface TruthFace {
  /** Image pixels. */
  box?: Box | undefined;
  /** 68 points in 300-W order, or 106 in 2d106det's, image pixels counted from 0. */
  landmarks?: readonly Point[] | undefined;
  /** Nobody is expected to find it, and it is no mistake to find it. */
  ignored?: true | undefined;
}

/** One photograph and everything that is known of its faces. */
export interface TruthImage {
  /** The photograph's name as the file gives it; without one the file belongs to the photograph that is called like it. */
  image?: string | undefined;
  /** Size of the photograph in which the positions were measured, pixels. */
  width?: number | undefined;
  height?: number | undefined;
  faces: TruthFace[];
}

/** Whether anything can overlap a box. */
export const hasArea = ({ x1, y1, x2, y2 }: Box): boolean => x2 > x1 && y2 > y1;

/** Refuses landmarks by which no error can be measured. */
export function checkTruthLandmarks(landmarks: readonly Point[], name: string): readonly Point[] {
  const markup = markupOf(landmarks);
  if (!markup) {
    const expected = `${MARKUPS.map(({ points }) => points).join(' or ')} points`;
    throw new GroundTruthError({ name, expected, received: String(landmarks.length) });
  }
  if (!(outerEyeDistance(landmarks, markup) > 0)) {
    throw new GroundTruthError({ name, expected: 'outer eye corners that lie apart', received: 'one place for both' });
  }
  return landmarks;
}
