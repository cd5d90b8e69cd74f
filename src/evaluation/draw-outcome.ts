import { boxAround } from '../face/box-around.js';
import { pixelView } from '../image/pixel-image.js';
import { letterboxArea } from '../ops/letterbox-area.js';
import { OVERLAY_COLORS } from '../overlay/colors.js';
import { overlayRaster } from '../overlay/overlay-raster.js';
import type { DiscShape, LineShape, OverlayShape } from '../overlay/shape.js';
import type { Box, PixelImage, Point } from '../types.js';
import type { FaceOutcome } from './evaluation.js';

/** Room around what is shown, as a share of its longer side. */
const MARGIN = 0.15;

const corners = ({ x1, y1, x2, y2 }: Box): Point[] => [
  { x: x1, y: y1 },
  { x: x2, y: y1 },
  { x: x2, y: y2 },
  { x: x1, y: y2 },
];

/** Whole pixels around the face, with its found landmarks wherever they are, as far as the image goes. */
function region({ box, found = [] }: FaceOutcome, { width, height }: PixelImage): Box {
  const { x1, y1, x2, y2 } = boxAround([...corners(box), ...found]);
  const margin = MARGIN * Math.max(x2 - x1, y2 - y1);
  const inside = (value: number, length: number) => Math.min(Math.max(Math.round(value), 0), length);
  const [left, top] = [inside(x1 - margin, width - 1), inside(y1 - margin, height - 1)];
  return {
    x1: left,
    y1: top,
    x2: Math.max(inside(x2 + margin, width), left + 1),
    y2: Math.max(inside(y2 + margin, height), top + 1),
  };
}

/** A part of the image at the top left of a square, by area averaging. */
function cutOut(image: PixelImage, { x1, y1, x2, y2 }: Box, side: number): PixelImage {
  const view = pixelView(image);
  const offset = y1 * view.rowStride + x1 * view.pixelStride;
  const planes = letterboxArea({ ...view, offset, width: x2 - x1, height: y2 - y1 }, side, { mean: 0, std: 1 });
  const data = Uint8Array.from(planes, (_, i) => Math.round(planes[(i % 3) * side * side + Math.floor(i / 3)]));
  return { data, width: side, height: side, channelOrder: 'rgb' };
}

/**
 * A face cut out of its photograph, with the labelled landmarks and the found ones, and a line from each to the other;
 * where no landmarks are labelled, with the labelled box.
 *
 * @param side of the picture, pixels
 * @returns `(side, side, 3)` rgb, black outside the photograph
 */
export function drawOutcome(image: PixelImage, outcome: FaceOutcome, side: number): PixelImage {
  const part = region(outcome, image);
  const scale = side / Math.max(part.x2 - part.x1, part.y2 - part.y1);
  // Half a pixel: the cut goes along the edges of pixels, points count from their centres.
  const place = ({ x, y }: Point): Point => ({
    x: (x - part.x1 + 0.5) * scale - 0.5,
    y: (y - part.y1 + 0.5) * scale - 0.5,
  });
  const { truth, found = [], box } = outcome;
  const line = (points: readonly Point[], color: string, edge: number): LineShape => ({
    ...{ kind: 'line', face: 0, part: 'truth', color, edge, width: 1.2, closed: true },
    points: points.map(place),
  });
  const disc = (point: Point, kind: 'truth' | 'found'): DiscShape => ({
    ...{ kind: 'disc', face: 0, part: kind, color: OVERLAY_COLORS[kind], edge: 0.6, radius: 1.8 },
    center: place(point),
  });
  const shapes: OverlayShape[] = truth
    ? [
        ...found.map((point, i) => line([truth[i], point], OVERLAY_COLORS.shift, 0)),
        ...truth.map((point) => disc(point, 'truth')),
        ...found.map((point) => disc(point, 'found')),
      ]
    : [line(corners(box), OVERLAY_COLORS.truth, 0.6)];
  return overlayRaster(cutOut(image, part, side), shapes);
}
