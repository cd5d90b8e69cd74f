import { type ChecksOf, checkOptions, integerIn, orElse } from '../check-options.js';
import { boxAround } from '../face/box-around.js';
import { checkFace } from '../face/check-face.js';
import { LANDMARK_GROUPS, LANDMARK_PATHS, type LandmarkGroup } from '../landmark106/groups.js';
import { checkBoolean, checkList } from '../options.js';
import type { Box, FaceData, Point } from '../types.js';
import { OVERLAY_COLORS } from './colors.js';
import { apart, placeLabel } from './place-label.js';

/** What a shape shows; an SVG's elements carry it as their class. */
export const OVERLAY_PARTS = [
  ...(['box', 'score', 'keypoint', 'index', 'truth', 'found'] as const),
  ...(Object.keys(LANDMARK_GROUPS) as LandmarkGroup[]),
] as const;
export type OverlayPart = (typeof OVERLAY_PARTS)[number];

interface ShapeOf {
  /** Which face it belongs to: its place in the list. */
  face: number;
  part: OverlayPart;
  /** `#rrggbb` */
  color: string;
  /** Width of the dark edge around the shape, which keeps it visible on any ground. Pixels, 0 for none. */
  edge: number;
}

/** Straight lines from point to point, with round ends. */
export interface LineShape extends ShapeOf {
  kind: 'line';
  points: readonly Point[];
  /** Whether the last point is joined to the first. */
  closed: boolean;
  width: number;
}

export interface DiscShape extends ShapeOf {
  kind: 'disc';
  center: Point;
  radius: number;
}

/** A short text of digits and the signs of `stroke-font.ts`. */
export interface LabelShape extends ShapeOf {
  kind: 'label';
  /** Top left corner of the first digit. */
  at: Point;
  text: string;
  /** Height of a digit. */
  size: number;
}

/** One thing to draw, in image pixels; (0, 0) is the centre of the top left pixel. */
export type OverlayShape = LineShape | DiscShape | LabelShape;

export interface OverlayOptions {
  /** Of the image, pixels. */
  width: number;
  height: number;
  /**
   * Write the landmarks' indices beside them. No label covers another, and together they cover at most a sixth of a face:
   * one of 200 pixels carries about all 106, a small one as many as find room, beginning with nose tip, pupils, corners of mouth, eyes
   * and brows, chin and ends of the contour. Default false.
   */
  indices?: boolean | undefined;
}

const pixels = integerIn(1, Number.MAX_SAFE_INTEGER);
const OVERLAY_OPTIONS = {
  width: pixels,
  height: pixels,
  indices: orElse(false, checkBoolean),
} satisfies ChecksOf<OverlayOptions>;

/** What is drawn of a face. */
const DRAWN = ['score', 'box', 'keypoints', 'landmarksFloat'] as const;

/** Width that one character takes, as a share of its height. */
export const CHARACTER_ADVANCE = 0.86;

/** The place that a label covers. */
export function labelBox({ at, text, size }: LabelShape): Box {
  return { x1: at.x, y1: at.y, x2: at.x + text.length * size * CHARACTER_ADVANCE, y2: at.y + size };
}

const clamp = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);

/** Line width in pixels for a whole image: one pixel up to 800, growing with larger ones that are looked at reduced. */
const strokeUnit = (width: number, height: number) => Math.max(1, Math.max(width, height) / 800);

/** Above the box, or inside where the image ends; never beyond the image's sides. */
function scoreLabel(face: FaceData, index: number, unit: number, imageWidth: number): LabelShape {
  const size = 10 * unit;
  const label: LabelShape = {
    kind: 'label',
    face: index,
    part: 'score',
    color: OVERLAY_COLORS.box,
    edge: unit,
    at: { x: 0, y: 0 },
    text: face.score.toFixed(2),
    size,
  };
  const room = imageWidth - labelBox(label).x2;
  const above = face.box.y1 - size - 3 * unit;
  label.at = {
    x: clamp(face.box.x1, 0, Math.max(0, room)),
    y: above >= 0 ? above : face.box.y1 + 3 * unit,
  };
  return label;
}

const GROUPS = Object.entries(LANDMARK_GROUPS) as [LandmarkGroup, readonly number[]][];

/** The points by which a face is known: these get their index first, and on a face of 60 pixels hardly any other does. */
const LEADING_INDICES = [86, 38, 92, 52, 61, 0, 1, 17, 35, 39, 89, 93, 43, 101, 71, 53];
const everyNth = (step: number) =>
  Object.values(LANDMARK_PATHS).flatMap(({ indices }) => indices.filter((_, i) => i % step === 0));
/** Who gets a label first: then every fourth point along the lines, every second, all, and what lies on no line. */
const INDEX_ORDER = [
  ...new Set([...LEADING_INDICES, ...[4, 2, 1].flatMap(everyNth), ...GROUPS.flatMap(([, indices]) => indices)]),
];

/** Share of the face's box that index labels may cover. */
const MAX_LABEL_SHARE = 1 / 6;
/** Characters of the longest index. */
const LONGEST_INDEX = 3;

/** The area in which index labels of these points can lie. */
function surroundings(points: readonly Point[], size: number, fine: number): Box {
  const margin = 2 * LONGEST_INDEX * size * CHARACTER_ADVANCE + 4 * size + 4 * fine;
  const { x1, y1, x2, y2 } = boxAround(points);
  return { x1: x1 - margin, y1: y1 - margin, x2: x2 + margin, y2: y2 + margin };
}

/**
 * Indices outside their points as seen from the middle of the group, or wherever beside them there is room.
 * @param taken places of other labels; those of the new ones are added
 */
function indexLabels(face: FaceData, index: number, fine: number, image: OverlayOptions, taken: Box[]): LabelShape[] {
  const size = Math.max(6, 4 * fine);
  const middles = new Map<number, Point>();
  for (const [, indices] of GROUPS) {
    const points = indices.map((i) => face.landmarksFloat[i]);
    const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
    const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
    for (const i of indices) middles.set(i, { x, y });
  }
  const { x1, y1, x2, y2 } = face.box;
  let room = MAX_LABEL_SHARE * Math.abs((x2 - x1) * (y2 - y1));
  const area = surroundings(face.landmarksFloat, size, fine);
  const near = taken.filter((box) => !apart(box, area, 0));
  // Half a pixel: the corner of the first and of the last one.
  const within = { x1: -0.5, y1: -0.5, x2: image.width - 0.5, y2: image.height - 0.5 };
  return INDEX_ORDER.flatMap((i) => {
    const point = face.landmarksFloat[i];
    const middle = middles.get(i) ?? point;
    const text = String(i);
    const width = text.length * size * CHARACTER_ADVANCE;
    if (!(room >= width * size)) return [];
    const box = placeLabel(
      { point, away: { x: point.x - middle.x, y: point.y - middle.y }, width, height: size, clearance: 2 * fine },
      { within, taken: near, points: face.landmarksFloat, gap: size / 6 },
    );
    if (!box) return [];
    room -= width * size;
    near.push(box);
    taken.push(box);
    const at = { x: box.x1, y: box.y1 };
    return [
      { kind: 'label', face: index, part: 'index', color: OVERLAY_COLORS.index, edge: 0.4 * fine, at, text, size },
    ];
  });
}

function faceShapes(
  face: FaceData,
  index: number,
  unit: number,
  options: OverlayOptions,
  taken: Box[],
): OverlayShape[] {
  const { x1, y1, x2, y2 } = face.box;
  // Fine on a small face, so that its features stay visible under the lines.
  const fine = clamp(Math.sqrt(Math.abs((x2 - x1) * (y2 - y1))) / 200, 0.5, unit);
  const landmarkEdge = 0.35 * fine;
  const corners = [
    { x: x1, y: y1 },
    { x: x2, y: y1 },
    { x: x2, y: y2 },
    { x: x1, y: y2 },
  ];
  return [
    {
      kind: 'line',
      face: index,
      part: 'box',
      color: OVERLAY_COLORS.box,
      edge: 0.75 * unit,
      points: corners,
      closed: true,
      width: 1.5 * unit,
    },
    ...Object.values(LANDMARK_PATHS).map(
      ({ group, closed, indices }): LineShape => ({
        kind: 'line',
        face: index,
        part: group,
        color: OVERLAY_COLORS[group],
        edge: landmarkEdge,
        points: indices.map((i) => face.landmarksFloat[i]),
        closed,
        width: Math.max(1, 0.8 * fine),
      }),
    ),
    ...GROUPS.flatMap(([group, indices]) =>
      indices.map(
        (i): DiscShape => ({
          kind: 'disc',
          face: index,
          part: group,
          color: OVERLAY_COLORS[group],
          edge: landmarkEdge,
          center: face.landmarksFloat[i],
          radius: Math.max(0.75, 1.3 * fine),
        }),
      ),
    ),
    ...face.keypoints.map(
      ({ x, y }): DiscShape => ({
        kind: 'disc',
        face: index,
        part: 'keypoint',
        color: OVERLAY_COLORS.keypoint,
        edge: 0.6 * fine,
        center: { x, y },
        radius: Math.max(1.3, 2.2 * fine),
      }),
    ),
    ...(options.indices ? indexLabels(face, index, fine, options, taken) : []),
    scoreLabel(face, index, unit, options.width),
  ];
}

function hasFinitePosition(shape: OverlayShape): boolean {
  const points = shape.kind === 'line' ? shape.points : [shape.kind === 'disc' ? shape.center : shape.at];
  return points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

/**
 * What to draw over an image to show its faces: boxes with scores, the five key points, the 106 landmarks joined along
 * their groups. Sizes follow the image and the face, so that the result can be read on 300 and on 6000 pixels. In the order
 * of drawing; a shape without a finite position is left out.
 *
 * Render with `overlaySvg` or `overlayRaster`.
 *
 * @throws InvalidOptionError
 */
export function overlayShapes(faces: readonly FaceData[], options: OverlayOptions): OverlayShape[] {
  const checked = checkOptions('overlayShapes', options, OVERLAY_OPTIONS);
  checkList('faces', faces, (name, face) => checkFace(name, face, DRAWN));
  const { width, height } = checked;
  const unit = strokeUnit(width, height);
  const taken = faces.map((face, i) => labelBox(scoreLabel(face, i, unit, width)));
  return faces.flatMap((face, i) => faceShapes(face, i, unit, checked, taken)).filter(hasFinitePosition);
}
