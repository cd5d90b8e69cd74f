import { EYE_CENTERS, LANDMARK_MIRROR, LANDMARK_PATHS, PUPILS } from '../landmark106/groups.js';
import { KEYPOINT_NAMES, type KeypointName, type Point } from '../types.js';

/**
 * The shape of every drawn face, in units of its size: the middle of its box is (0, 0), its sides lie at -0.5 and 0.5.
 * Faces differ in place, size, roll and colours only, so that five points fix all the others.
 */
const EYE = { x: 0.18, y: -0.17, rx: 0.1, ry: 0.066 };
const MOUTH = { x: 0.15, y: 0.227, upper: 0.045, lower: 0.085, innerX: 0.11, innerUpper: 0.008, innerLower: 0.04 };
const OVAL = { y: -0.02, rx: 0.42, ry: 0.48 };
/** Where the contour begins and ends above the middle of the oval, radians. */
const CONTOUR_RISE = 0.2;

export const FACE_OVAL = OVAL;
export const FACE_EYE = EYE;

/** The five key points; proportions of the frontal alignment template. */
export const FACE_KEYPOINTS: Record<KeypointName, Point> = {
  leftEye: { x: -EYE.x, y: EYE.y },
  rightEye: { x: EYE.x, y: EYE.y },
  nose: { x: 0, y: 0.022 },
  leftMouth: { x: -MOUTH.x, y: MOUTH.y },
  rightMouth: { x: MOUTH.x, y: MOUTH.y },
};

/** Radius of the disc that marks a key point. */
export const MARKER_RADIUS = 0.06;

/** One colour for each key point, RGB, which nothing else in a scene comes near to. */
export const MARKER_COLORS: Record<KeypointName, readonly [number, number, number]> = {
  leftEye: [0, 60, 255],
  rightEye: [0, 170, 60],
  nose: [255, 0, 200],
  leftMouth: [120, 0, 255],
  rightMouth: [0, 200, 220],
};

/** `count` points from angle `from` to `to` (radians, y downwards) on an ellipse. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number, count: number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = from + ((to - from) * i) / (count - 1);
    return { x: x + rx * Math.cos(angle), y: y + ry * Math.sin(angle) };
  });
}

/** The image-left brow as a ring: from its outer corner along the upper edge, back along the lower one. */
const LEFT_BROW: readonly (readonly [number, number])[] = [
  [-0.3, -0.27],
  [-0.24, -0.312],
  [-0.18, -0.328],
  [-0.12, -0.322],
  [-0.07, -0.3],
  [-0.07, -0.265],
  [-0.12, -0.28],
  [-0.18, -0.286],
  [-0.24, -0.275],
];

/** The nose's lower line, image-left half with the middle last. */
const NOSE_BASE: readonly (readonly [number, number])[] = [
  [-0.03, -0.14],
  [-0.045, -0.06],
  [-0.075, 0.03],
  [-0.07, 0.075],
  [-0.035, 0.092],
  [0, 0.1],
];

/** Mouth rings: the lips bow down at the middle of the upper one. */
function lips(): { outer: Point[]; inner: Point[] } {
  const { x, y, upper, lower, innerX, innerUpper, innerLower } = MOUTH;
  const outer = [
    { x: -x, y },
    { x: -0.09, y: y - upper * 0.75 },
    { x: -0.035, y: y - upper },
    { x: 0, y: y - upper * 0.8 },
    { x: 0.035, y: y - upper },
    { x: 0.09, y: y - upper * 0.75 },
    { x, y },
    { x: 0.1, y: y + lower * 0.65 },
    { x: 0.05, y: y + lower * 0.95 },
    { x: 0, y: y + lower },
    { x: -0.05, y: y + lower * 0.95 },
    { x: -0.1, y: y + lower * 0.65 },
  ];
  const inner = [
    { x: -innerX, y: y + 0.005 },
    { x: -0.05, y: y - innerUpper },
    { x: 0, y: y - innerUpper / 2 },
    { x: 0.05, y: y - innerUpper },
    { x: innerX, y: y + 0.005 },
    { x: 0.05, y: y + innerLower * 0.85 },
    { x: 0, y: y + innerLower },
    { x: -0.05, y: y + innerLower * 0.85 },
  ];
  return { outer, inner };
}

/** All 106 points in the face's frame: the image-left half and the middle line are set, the rest is their mirror image. */
function faceShape(): readonly Point[] {
  const points = new Array<Point>(106);
  const put = (indices: readonly number[], ring: readonly Point[]) =>
    ring.forEach((point, i) => {
      points[indices[i]] = point;
    });
  const toPoints = (pairs: readonly (readonly [number, number])[]) => pairs.map(([x, y]) => ({ x, y }));
  const { outer, inner } = lips();
  const rise = CONTOUR_RISE;
  put(LANDMARK_PATHS.contour.indices, arc(0, OVAL.y, OVAL.rx, OVAL.ry, Math.PI + rise, -rise, 33));
  put(LANDMARK_PATHS.leftBrow.indices, toPoints(LEFT_BROW));
  put(LANDMARK_PATHS.leftEye.indices, arc(-EYE.x, EYE.y, EYE.rx, EYE.ry, Math.PI, Math.PI * 2.75, 8));
  put([EYE_CENTERS.left, PUPILS.left], [FACE_KEYPOINTS.leftEye, FACE_KEYPOINTS.leftEye]);
  put(LANDMARK_PATHS.noseBase.indices, toPoints(NOSE_BASE));
  put(LANDMARK_PATHS.noseBridge.indices, [
    ...toPoints([
      [0, -0.15],
      [0, -0.09],
      [0, -0.03],
    ]),
    FACE_KEYPOINTS.nose,
  ]);
  put(LANDMARK_PATHS.outerLip.indices, outer);
  put(LANDMARK_PATHS.innerLip.indices, inner);
  return LANDMARK_MIRROR.map((other, i) => points[i] ?? { x: -points[other].x, y: points[other].y });
}

export const FACE_SHAPE = faceShape();

/** The key points in SCRFD's order. */
export const FACE_KEYPOINT_LIST: readonly Point[] = KEYPOINT_NAMES.map((name) => FACE_KEYPOINTS[name]);
