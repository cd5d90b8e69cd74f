import type { Canvas, Color } from '../image/canvas.js';
import { landmarkPath } from '../landmark106/groups.js';
import { KEYPOINT_NAMES } from '../types.js';
import { FACE_EYE, FACE_KEYPOINTS, FACE_OVAL, FACE_SHAPE, MARKER_COLORS, MARKER_RADIUS } from './drawn-face.js';
import { ellipse, type Placement, placed, polygon, type Shape, stroke } from './figures.js';
import type { Random } from './random.js';

const SKINS: readonly Color[] = [
  [255, 224, 196],
  [241, 194, 150],
  [214, 158, 110],
  [164, 112, 74],
  [112, 74, 50],
];
const HAIRS: readonly Color[] = [
  [40, 30, 26],
  [92, 58, 34],
  [186, 138, 72],
  [150, 66, 36],
  [168, 168, 168],
];
const LIPS: Color = [196, 80, 84];
const TEETH: Color = [250, 246, 238];
const EYE_WHITE: Color = [255, 255, 255];

const darker = ([r, g, b]: Color, share: number): Color => [r * share, g * share, b * share];

/** Draws one face at its place; colours and hair are chosen at random, the shape is always the same. */
export function drawFace(canvas: Canvas, placement: Placement, random: Random): void {
  const skin = random.pick(SKINS);
  const hair = random.pick(HAIRS);
  const longHair = random.next() < 0.4;
  const shadow = darker(skin, 0.78);
  const line = darker(skin, 0.55);
  const fill = (shape: Shape, color: Color, opacity?: number) => canvas.fill(placed(shape, placement), color, opacity);
  const { y, rx, ry } = FACE_OVAL;
  const path = (name: Parameters<typeof landmarkPath>[1]) => landmarkPath(FACE_SHAPE, name);
  const at = (px: number, py: number) => ({ x: px, y: py });

  if (longHair) fill(ellipse(at(0, 0.02), rx + 0.08, ry + 0.06), darker(hair, 0.85));
  for (const side of [-1, 1]) {
    fill(ellipse(at(side * (rx + 0.005), -0.06), 0.055, 0.085), skin);
    fill(ellipse(at(side * (rx + 0.01), -0.06), 0.03, 0.05), shadow);
  }
  fill(ellipse(at(0, y - 0.06), rx + 0.035, ry), hair);
  fill(ellipse(at(0, y), rx, ry), skin);
  // The fringe: what the hair's lower edge leaves of the forehead.
  fill(
    polygon(
      [
        at(-0.35, -0.29),
        at(-0.33, -0.36),
        at(-0.2, -0.47),
        at(0, -0.51),
        at(0.2, -0.47),
        at(0.33, -0.36),
        at(0.35, -0.29),
        at(0.1, -0.385),
      ],
      0.025,
    ),
    hair,
  );
  for (const side of [-1, 1]) fill(ellipse(at(side * 0.26, 0.1), 0.085, 0.06), [236, 120, 110], 0.35);
  for (const brow of ['leftBrow', 'rightBrow'] as const) fill(polygon(path(brow), 0.004), darker(hair, 0.8));
  for (const side of [-1, 1]) {
    const middle = at(side * FACE_EYE.x, FACE_EYE.y);
    fill(ellipse(middle, FACE_EYE.rx + 0.012, FACE_EYE.ry + 0.012), line);
    fill(ellipse(middle, FACE_EYE.rx, FACE_EYE.ry), EYE_WHITE);
  }
  fill(stroke(path('noseBase'), 0.014), shadow);
  fill(polygon(path('outerLip'), 0.004), LIPS);
  fill(polygon(path('innerLip')), TEETH);
  for (const name of KEYPOINT_NAMES)
    fill(ellipse(FACE_KEYPOINTS[name], MARKER_RADIUS, MARKER_RADIUS), MARKER_COLORS[name]);
}
