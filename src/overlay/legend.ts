import type { Box } from '../types.js';
import { sharedArea } from './boxes.js';
import { OVERLAY_COLORS } from './colors.js';
import { textWidth } from './font.js';
import type { LabelShape, LineShape, OverlayShape } from './shape.js';

/** What each colour means. */
const ENTRIES = [
  [OVERLAY_COLORS.box, 'box, score, key points'],
  [OVERLAY_COLORS.contour, 'contour'],
  [OVERLAY_COLORS.leftBrow, 'brows'],
  [OVERLAY_COLORS.leftEye, 'eyes'],
  [OVERLAY_COLORS.nose, 'nose'],
  [OVERLAY_COLORS.mouth, 'mouth'],
] as const;

/** As multiples of a digit's height: length of a sample of colour, room behind it, height of a row. */
const SAMPLE = 2;
const SPACE = 0.8;
const ROW = 1.7;
const WIDTH = SAMPLE + SPACE + Math.max(...ENTRIES.map(([, text]) => textWidth(text)));
const HEIGHT = ROW * ENTRIES.length;
/** Room around the legend. */
const MARGIN = 1;
/** A smaller text cannot be read. */
const SMALLEST = 6;

/** The corner where a legend of this size covers least of the faces; of several such corners the first of this order. */
function bestCorner(width: number, height: number, { x1, y1, x2, y2 }: Box, faces: readonly Box[]): Box {
  const corners = [y2 - height, y1].flatMap((y) =>
    [x1, x2 - width].map((x) => ({ x1: x, y1: y, x2: x + width, y2: y + height })),
  );
  // A face without a finite position covers nothing.
  const covered = corners.map((corner) => faces.reduce((sum, face) => sum + (sharedArea(corner, face) || 0), 0));
  return corners[covered.indexOf(Math.min(...covered))];
}

/**
 * Which colour shows what, in a corner of the image. Smaller than it should be where the image is small, and none where it
 * could not be read.
 *
 * @param size of the text, as high as a digit
 * @returns the shapes, which belong to no face, and the place that they take
 */
export function legend(
  size: number,
  within: Box,
  faces: readonly Box[],
): { shapes: OverlayShape[]; place: Box } | undefined {
  const most = Math.min(
    (within.x2 - within.x1) / (WIDTH + 2 * MARGIN),
    (within.y2 - within.y1) / (HEIGHT + 2 * MARGIN),
  );
  const height = Math.floor(Math.min(size, most));
  if (height < SMALLEST) return undefined;
  const place = bestCorner((WIDTH + 2 * MARGIN) * height, (HEIGHT + 2 * MARGIN) * height, within, faces);
  const common = { face: -1, part: 'legend', edge: height / 10 } as const;
  const left = place.x1 + MARGIN * height;
  const text = left + (SAMPLE + SPACE) * height;
  const shapes = ENTRIES.flatMap(([color, meaning], i): OverlayShape[] => {
    const top = place.y1 + (MARGIN + ROW * i + (ROW - 1) / 2) * height;
    const middle = top + height / 2;
    const sample: LineShape = {
      ...{ ...common, kind: 'line', color, closed: false, width: height / 2.5 },
      points: [
        { x: left + height / 5, y: middle },
        { x: left + (SAMPLE - 1 / 5) * height, y: middle },
      ],
    };
    const label: LabelShape = {
      ...{ ...common, kind: 'label', color: OVERLAY_COLORS.index, text: meaning, size: height },
      at: { x: text, y: top },
    };
    return [sample, label];
  });
  return { shapes, place };
}
