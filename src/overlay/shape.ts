import { LANDMARK_GROUPS, type LandmarkGroup } from '../landmark106/groups.js';
import type { Box, Point } from '../types.js';
import { textWidth } from './font.js';

/** What a shape shows; an SVG's elements carry it as their class. */
export const OVERLAY_PARTS = [
  ...(['box', 'score', 'keypoint', 'index', 'legend', 'truth', 'found'] as const),
  ...(Object.keys(LANDMARK_GROUPS) as LandmarkGroup[]),
] as const;
export type OverlayPart = (typeof OVERLAY_PARTS)[number];

interface ShapeOf {
  /** Which face it belongs to: its place in the list; -1 for the legend. */
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

/** A short text of printable ASCII characters; what is none shows as a question mark. */
export interface LabelShape extends ShapeOf {
  kind: 'label';
  /** Top left corner of the first character, as high as a digit. */
  at: Point;
  text: string;
  /** Height of a digit. */
  size: number;
}

/** One thing to draw, in image pixels; (0, 0) is the centre of the top left pixel. */
export type OverlayShape = LineShape | DiscShape | LabelShape;

/** The place that a label covers; tails of letters reach below it. */
export function labelBox({ at, text, size }: LabelShape): Box {
  return { x1: at.x, y1: at.y, x2: at.x + size * textWidth(text), y2: at.y + size };
}
