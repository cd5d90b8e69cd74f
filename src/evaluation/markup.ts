import { LANDMARKS_300W, to300W } from '../landmark106/convert.js';
import { LANDMARK_GROUPS, type LandmarkGroup } from '../landmark106/groups.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import type { Point } from '../types.js';

/** Parts of the face whose errors are told apart; `all` and `withoutContour` sum them up. */
export const ERROR_GROUPS = ['all', 'withoutContour', 'contour', 'brows', 'nose', 'eyes', 'mouth'] as const;
export type ErrorGroup = (typeof ERROR_GROUPS)[number];

/** A way to place landmarks on a face. */
export interface Markup {
  /** How many there are, by which markups are told apart. */
  points: number;
  /** Which points belong to each group. */
  groups: Readonly<Record<ErrorGroup, readonly number[]>>;
  /** The outer corners of both eyes. */
  outerEyeCorners: readonly [number, number];
  /** A found face's 106 points -> the points of this markup. */
  convert(landmarks: readonly Point[]): readonly Point[];
}

const PARTS: Record<Exclude<ErrorGroup, 'all' | 'withoutContour'>, readonly LandmarkGroup[]> = {
  contour: ['contour'],
  brows: ['leftBrow', 'rightBrow'],
  nose: ['nose'],
  eyes: ['leftEye', 'rightEye'],
  mouth: ['mouth'],
};

/** @param indices which of the 106 points stands for each point of the markup */
function markup(indices: readonly number[], convert: Markup['convert']): Markup {
  const places = indices.map((_, place) => place);
  const placesOf = (parts: readonly LandmarkGroup[]) => {
    const members = parts.flatMap((part): readonly number[] => LANDMARK_GROUPS[part]);
    return places.filter((place) => members.includes(indices[place]));
  };
  const { contour, brows, nose, eyes, mouth } = PARTS;
  return {
    points: indices.length,
    groups: {
      all: places,
      withoutContour: placesOf([...brows, ...nose, ...eyes, ...mouth]),
      contour: placesOf(contour),
      brows: placesOf(brows),
      nose: placesOf(nose),
      eyes: placesOf(eyes),
      mouth: placesOf(mouth),
    },
    outerEyeCorners: [indices.indexOf(35), indices.indexOf(93)],
    convert,
  };
}

/** The 68 points of 300-W and the 106 of 2d106det. */
export const MARKUPS: readonly Markup[] = [
  markup(LANDMARKS_300W, to300W),
  markup(
    Array.from({ length: LANDMARK106.points }, (_, i) => i),
    (landmarks) => landmarks,
  ),
];

/** The markup of so many points. */
export const markupOf = (landmarks: readonly Point[]): Markup | undefined =>
  MARKUPS.find(({ points }) => points === landmarks.length);

/**
 * Distance between the outer eye corners, by which errors are normalised (Sagonas et al., "300 Faces in-the-Wild
 * Challenge", 2013).
 */
export function outerEyeDistance(landmarks: readonly Point[], { outerEyeCorners: [left, right] }: Markup): number {
  return Math.hypot(landmarks[right].x - landmarks[left].x, landmarks[right].y - landmarks[left].y);
}
