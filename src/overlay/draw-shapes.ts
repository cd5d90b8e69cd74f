import { packPixels } from '../image/pack-pixels.js';
import type { PixelImage, Point } from '../types.js';
import { hexToRgb, OVERLAY_COLORS } from './colors.js';
import { CHARACTER_ADVANCE, type OverlayShape } from './overlay-shapes.js';
import { textStrokes } from './stroke-font.js';

/** Samples in red, green, blue without padding. */
interface Canvas {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/**
 * Everything within `radius` of the segment from `a` to `b`: a line with round ends, or a disc when both are one point.
 * A pixel whose centre lies within half a pixel of the rim is covered in part. What is thinner than a pixel fades instead.
 */
function fillCapsule({ data, width, height }: Canvas, a: Point, b: Point, radius: number, color: string): void {
  const [red, green, blue] = hexToRgb(color);
  const drawn = Math.max(radius, 0.5);
  const strength = radius / drawn;
  const reach = drawn + 0.5;
  const left = Math.max(0, Math.ceil(Math.min(a.x, b.x) - reach));
  const right = Math.min(width - 1, Math.floor(Math.max(a.x, b.x) + reach));
  const top = Math.max(0, Math.ceil(Math.min(a.y, b.y) - reach));
  const bottom = Math.min(height - 1, Math.floor(Math.max(a.y, b.y) + reach));
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const lengthSquared = dx * dx + dy * dy;
  // The box of a slanted line is nearly empty: a row meets the line's band in so many pixels to either side of its middle.
  const half = dy === 0 ? Number.POSITIVE_INFINITY : (reach * Math.sqrt(lengthSquared)) / Math.abs(dy) + 1;
  for (let y = top; y <= bottom; y++) {
    const middle = dy === 0 ? 0 : a.x + ((y - a.y) * dx) / dy;
    const first = Math.max(left, Math.floor(middle - half));
    const last = Math.min(right, Math.ceil(middle + half));
    for (let x = first; x <= last; x++) {
      // Where on the segment the nearest point lies, from 0 (a) to 1 (b).
      const along = lengthSquared > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / lengthSquared : 0;
      const t = Math.min(Math.max(along, 0), 1);
      const ex = x - a.x - t * dx;
      const ey = y - a.y - t * dy;
      const inside = reach - Math.sqrt(ex * ex + ey * ey);
      if (!(inside > 0)) continue;
      const coverage = inside < 1 ? inside * strength : strength;
      const to = (y * width + x) * 3;
      data[to] += Math.round((red - data[to]) * coverage);
      data[to + 1] += Math.round((green - data[to + 1]) * coverage);
      data[to + 2] += Math.round((blue - data[to + 2]) * coverage);
    }
  }
}

function strokeLine(canvas: Canvas, points: readonly Point[], radius: number, color: string): void {
  if (points.length === 1) fillCapsule(canvas, points[0], points[0], radius, color);
  for (let i = 1; i < points.length; i++) fillCapsule(canvas, points[i - 1], points[i], radius, color);
}

/** Stroke of a digit as a share of its height. */
const TEXT_WEIGHT = 0.14;

/** All that is drawn reduces to lines with round ends: their points and radius. */
function shapeStrokes(shape: OverlayShape): { lines: readonly (readonly Point[])[]; radius: number } {
  switch (shape.kind) {
    case 'line':
      return {
        lines: [shape.closed ? [...shape.points, shape.points[0]] : shape.points],
        radius: shape.width / 2,
      };
    case 'disc':
      return { lines: [[shape.center]], radius: shape.radius };
    case 'label':
      return {
        lines: textStrokes(shape.text, shape.at, shape.size, shape.size * CHARACTER_ADVANCE),
        radius: (shape.size * TEXT_WEIGHT) / 2,
      };
  }
}

/**
 * Draws shapes into a copy of the image. The image itself is not changed.
 *
 * @param beforeEach called before each shape; what it throws ends the drawing
 * @returns the image in rgb with the shapes in it, without gaps between its rows
 * @throws InvalidImageError
 */
export function drawShapes(
  image: PixelImage,
  shapes: readonly OverlayShape[],
  beforeEach: () => void,
): PixelImage & { data: Uint8Array<ArrayBuffer>; channelOrder: 'rgb' } {
  const { width, height } = image;
  const canvas: Canvas = { data: packPixels(image, 'rgb'), width, height };
  for (const shape of shapes) {
    beforeEach();
    const { lines, radius } = shapeStrokes(shape);
    if (shape.edge > 0) {
      for (const points of lines) strokeLine(canvas, points, radius + shape.edge, OVERLAY_COLORS.edge);
    }
    for (const points of lines) strokeLine(canvas, points, radius, shape.color);
  }
  return { ...canvas, channelOrder: 'rgb' };
}
