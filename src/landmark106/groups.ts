import { checkChoice } from '../options.js';
import { checkLandmarks } from './check-landmarks.js';

/**
 * The 106-point markup of 2d106det: names, groups, the order in which the points of a group are joined.
 * Left and right are the image's sides (the viewer's), as with the five key points.
 *
 * Sources: the figure "ordered by point names" in InsightFace's README; the names are those of Face++'s 106 points, whose
 * alphabetical order is this numbering. The pupils (38 and 92) follow the names; some code takes the eye centres
 * (34 and 88) instead, which coincide on frontal faces.
 */

/** The name of every landmark; its place in the list is its index. */
export const LANDMARK_NAMES = [
  'contour_chin',
  'contour_left1',
  'contour_left10',
  'contour_left11',
  'contour_left12',
  'contour_left13',
  'contour_left14',
  'contour_left15',
  'contour_left16',
  'contour_left2',
  'contour_left3',
  'contour_left4',
  'contour_left5',
  'contour_left6',
  'contour_left7',
  'contour_left8',
  'contour_left9',
  'contour_right1',
  'contour_right10',
  'contour_right11',
  'contour_right12',
  'contour_right13',
  'contour_right14',
  'contour_right15',
  'contour_right16',
  'contour_right2',
  'contour_right3',
  'contour_right4',
  'contour_right5',
  'contour_right6',
  'contour_right7',
  'contour_right8',
  'contour_right9',
  'left_eye_bottom',
  'left_eye_center',
  'left_eye_left_corner',
  'left_eye_lower_left_quarter',
  'left_eye_lower_right_quarter',
  'left_eye_pupil',
  'left_eye_right_corner',
  'left_eye_top',
  'left_eye_upper_left_quarter',
  'left_eye_upper_right_quarter',
  'left_eyebrow_left_corner',
  'left_eyebrow_lower_left_quarter',
  'left_eyebrow_lower_middle',
  'left_eyebrow_lower_right_corner',
  'left_eyebrow_lower_right_quarter',
  'left_eyebrow_upper_left_quarter',
  'left_eyebrow_upper_middle',
  'left_eyebrow_upper_right_corner',
  'left_eyebrow_upper_right_quarter',
  'mouth_left_corner',
  'mouth_lower_lip_bottom',
  'mouth_lower_lip_left_contour1',
  'mouth_lower_lip_left_contour2',
  'mouth_lower_lip_left_contour3',
  'mouth_lower_lip_right_contour1',
  'mouth_lower_lip_right_contour2',
  'mouth_lower_lip_right_contour3',
  'mouth_lower_lip_top',
  'mouth_right_corner',
  'mouth_upper_lip_bottom',
  'mouth_upper_lip_left_contour1',
  'mouth_upper_lip_left_contour2',
  'mouth_upper_lip_left_contour3',
  'mouth_upper_lip_left_contour4',
  'mouth_upper_lip_right_contour1',
  'mouth_upper_lip_right_contour2',
  'mouth_upper_lip_right_contour3',
  'mouth_upper_lip_right_contour4',
  'mouth_upper_lip_top',
  'nose_bridge1',
  'nose_bridge2',
  'nose_bridge3',
  'nose_left_contour1',
  'nose_left_contour2',
  'nose_left_contour3',
  'nose_left_contour4',
  'nose_left_contour5',
  'nose_middle_contour',
  'nose_right_contour1',
  'nose_right_contour2',
  'nose_right_contour3',
  'nose_right_contour4',
  'nose_right_contour5',
  'nose_tip',
  'right_eye_bottom',
  'right_eye_center',
  'right_eye_left_corner',
  'right_eye_lower_left_quarter',
  'right_eye_lower_right_quarter',
  'right_eye_pupil',
  'right_eye_right_corner',
  'right_eye_top',
  'right_eye_upper_left_quarter',
  'right_eye_upper_right_quarter',
  'right_eyebrow_lower_left_corner',
  'right_eyebrow_lower_left_quarter',
  'right_eyebrow_lower_middle',
  'right_eyebrow_lower_right_quarter',
  'right_eyebrow_right_corner',
  'right_eyebrow_upper_left_corner',
  'right_eyebrow_upper_left_quarter',
  'right_eyebrow_upper_middle',
  'right_eyebrow_upper_right_quarter',
] as const;
export type LandmarkName = (typeof LANDMARK_NAMES)[number];

/** The indices of each group. Every landmark is in exactly one group. */
export const LANDMARK_GROUPS = {
  contour: [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 32,
  ],
  leftEye: [33, 34, 35, 36, 37, 38, 39, 40, 41, 42],
  leftBrow: [43, 44, 45, 46, 47, 48, 49, 50, 51],
  mouth: [52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71],
  nose: [72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86],
  rightEye: [87, 88, 89, 90, 91, 92, 93, 94, 95, 96],
  rightBrow: [97, 98, 99, 100, 101, 102, 103, 104, 105],
} as const;
export type LandmarkGroup = keyof typeof LANDMARK_GROUPS;

/** How the points of the groups are joined to lines. Eyes and lips start at the image-left corner and go over the top. */
export const LANDMARK_PATHS = {
  /** image-left ear, chin, image-right ear */
  contour: {
    group: 'contour',
    closed: false,
    indices: [
      1, 9, 10, 11, 12, 13, 14, 15, 16, 2, 3, 4, 5, 6, 7, 8, 0, 24, 23, 22, 21, 20, 19, 18, 32, 31, 30, 29, 28, 27, 26,
      25, 17,
    ],
  },
  leftBrow: { group: 'leftBrow', closed: true, indices: [43, 48, 49, 51, 50, 46, 47, 45, 44] },
  rightBrow: { group: 'rightBrow', closed: true, indices: [102, 103, 104, 105, 101, 100, 99, 98, 97] },
  leftEye: { group: 'leftEye', closed: true, indices: [35, 41, 40, 42, 39, 37, 33, 36] },
  rightEye: { group: 'rightEye', closed: true, indices: [89, 95, 94, 96, 93, 91, 87, 90] },
  /** from between the eyes to the tip */
  noseBridge: { group: 'nose', closed: false, indices: [72, 73, 74, 86] },
  /** down the image-left side, under the tip, up the other */
  noseBase: { group: 'nose', closed: false, indices: [75, 76, 77, 78, 79, 80, 85, 84, 83, 82, 81] },
  outerLip: { group: 'mouth', closed: true, indices: [52, 64, 63, 71, 67, 68, 61, 58, 59, 53, 56, 55] },
  innerLip: { group: 'mouth', closed: true, indices: [65, 66, 62, 70, 69, 57, 60, 54] },
} as const;
export type LandmarkPath = keyof typeof LANDMARK_PATHS;

/** The centres of the eyes, which are not part of the eyes' contours. */
export const EYE_CENTERS = { left: 34, right: 88 } as const;
export const PUPILS = { left: 38, right: 92 } as const;

const swapSides = (name: string) => name.replace(/left|right/g, (side) => (side === 'left' ? 'right' : 'left'));

/**
 * Mirror permutation: point `i` of a horizontally flipped face is the flipped point `LANDMARK_MIRROR[i]` of the
 * original. Its own inverse.
 */
export const LANDMARK_MIRROR: readonly number[] = LANDMARK_NAMES.map((name) =>
  (LANDMARK_NAMES as readonly string[]).indexOf(swapSides(name)),
);

/** The points of one group in index order. @throws InvalidOptionError */
export function landmarkGroup<P>(landmarks: readonly P[], group: LandmarkGroup): P[] {
  checkLandmarks('landmarks', landmarks);
  return LANDMARK_GROUPS[checkChoice('group', group, Object.keys(LANDMARK_GROUPS) as LandmarkGroup[])].map(
    (index) => landmarks[index],
  );
}

/** The points of one path in the order in which they are joined. @throws InvalidOptionError */
export function landmarkPath<P>(landmarks: readonly P[], path: LandmarkPath): P[] {
  checkLandmarks('landmarks', landmarks);
  return LANDMARK_PATHS[checkChoice('path', path, Object.keys(LANDMARK_PATHS) as LandmarkPath[])].indices.map(
    (index) => landmarks[index],
  );
}
