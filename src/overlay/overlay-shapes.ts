import { type ChecksOf, checkOptions, integerIn, orElse } from '../check-options.js';
import { checkFace } from '../face/check-face.js';
import { checkBoolean, checkList, checkText } from '../options.js';
import type { Box, FaceData } from '../types.js';
import { drawingSizes, strokeUnit } from './drawing-sizes.js';
import { faceFigures } from './face-figures.js';
import { indexLabels } from './index-labels.js';
import { legend } from './legend.js';
import { faceArea, scoreLabels } from './score-labels.js';
import type { OverlayShape } from './shape.js';

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
  /** Say in a corner of the image which colour shows what. Default false. */
  legend?: boolean | undefined;
  /** What to write before the score of each face, in the order of the faces: a name, the number of a track. Default nothing. */
  names?: readonly string[] | undefined;
}

const pixels = integerIn(1, Number.MAX_SAFE_INTEGER);

function checkNames(name: string, value: unknown): readonly string[] {
  checkList(name, value, checkText);
  return value as readonly string[];
}

const OVERLAY_OPTIONS = {
  width: pixels,
  height: pixels,
  indices: orElse(false, checkBoolean),
  legend: orElse(false, checkBoolean),
  names: orElse([], checkNames),
} satisfies ChecksOf<OverlayOptions>;

/** What is drawn of a face. */
const DRAWN = ['score', 'box', 'keypoints', 'landmarksFloat'] as const;

function hasFinitePosition(shape: OverlayShape): boolean {
  const points = shape.kind === 'line' ? shape.points : [shape.kind === 'disc' ? shape.center : shape.at];
  return points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

/**
 * What to draw over an image to show its faces: boxes with scores, the five key points, the 106 landmarks joined along
 * their groups. Sizes follow the image and the face, so that the result can be read on 300 and on 6000 pixels: faces of less
 * than 80 pixels have thinner lines and no dots. Scores cover no face and no other label where there is room beside their box. In the order of
 * drawing, labels last; a shape without a finite position is left out.
 *
 * Render with `overlaySvg` or `overlayRaster`.
 *
 * @throws InvalidOptionError
 */
export function overlayShapes(faces: readonly FaceData[], options: OverlayOptions): OverlayShape[] {
  const checked = checkOptions('overlayShapes', options, OVERLAY_OPTIONS);
  checkList('faces', faces, (name, face) => checkFace(name, face, DRAWN));
  const unit = strokeUnit(checked);
  const sizes = faces.map(({ box }) => drawingSizes(box, unit));
  // Half a pixel: the corner of the first and of the last one.
  const within: Box = { x1: -0.5, y1: -0.5, x2: checked.width - 0.5, y2: checked.height - 0.5 };
  const areas = faces.map(faceArea);
  const explained = checked.legend ? legend(Math.round(10 * unit), within, areas) : undefined;
  const around = { within, faces: areas, labels: explained ? [explained.place] : [] };
  const scores = scoreLabels(faces, sizes, checked.names, around);
  const indices = checked.indices ? faces.flatMap((face, i) => indexLabels(face, i, sizes[i], around)) : [];
  const figures = faces.flatMap((face, i) => faceFigures(face, i, sizes[i]));
  return [...figures, ...indices, ...scores, ...(explained?.shapes ?? [])].filter(hasFinitePosition);
}
