import type { Point } from '../types.js';

const points = (...xy: readonly (readonly [number, number])[]): readonly Point[] => xy.map(([x, y]) => ({ x, y }));

/**
 * Positions of the five key points of an upright face in the 224 x 224 crop, for five head turns from the left profile
 * over the frontal view to the right profile. Left eye, right eye, nose, left mouth corner, right mouth corner.
 * Figures: the reference's norm estimation (InsightFace's `face_align` templates on a 224 frame).
 */
export const ALIGNMENT_TEMPLATES: readonly (readonly Point[])[] = [
  points([103.284, 100.23], [115.234, 99.98], [71.48, 138.014], [102.314, 178.1], [114.05, 179.404]),
  points([90.062, 100.236], [131.136, 101.744], [79.354, 136.222], [90.354, 172.38], [128.492, 173.516]),
  points([79.46, 102.276], [144.54, 102.276], [112.0, 136.986], [84.926, 174.02], [139.074, 174.02]),
  points([93.69, 101.744], [134.764, 100.236], [145.474, 136.222], [96.334, 173.516], [134.472, 172.38]),
  points([109.592, 99.98], [121.542, 100.23], [153.346, 138.014], [110.776, 179.404], [122.514, 178.1]),
];

/**
 * The five key points in the 112 x 112 crop that ArcFace networks were trained on.
 * Figures: `arcface_dst` of InsightFace's `face_align` (Deng et al., "ArcFace", 2019).
 */
export const ARCFACE_TEMPLATE: readonly Point[] = points(
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
);
