import { Canvas, type Color, type Figure } from '../image/canvas.js';
import { packPixels } from '../image/pack-pixels.js';
import { segmentDistance } from '../image/segment-distance.js';
import type { Box, PixelImage, Point } from '../types.js';
import { hexToRgb, OVERLAY_COLORS } from './colors.js';
import { CHARACTER_ADVANCE, type OverlayShape } from './overlay-shapes.js';
import { textStrokes } from './stroke-font.js';

/** Everything within `radius` of the segment from `a` to `b`: a line with round ends, or a disc when both are one point. */
class Capsule implements Figure {
  readonly bounds: Box;
  readonly #a: Point;
  readonly #b: Point;
  readonly #radius: number;

  constructor(a: Point, b: Point, radius: number) {
    this.#a = a;
    this.#b = b;
    this.#radius = radius;
    const reach = radius + 0.5;
    this.bounds = {
      x1: Math.min(a.x, b.x) - reach,
      y1: Math.min(a.y, b.y) - reach,
      x2: Math.max(a.x, b.x) + reach,
      y2: Math.max(a.y, b.y) + reach,
    };
  }

  distance(x: number, y: number): number {
    return segmentDistance(x, y, this.#a, this.#b) - this.#radius;
  }

  /** The box of a slanted line is nearly empty: a row meets the line's band within so many pixels of its middle. */
  span(y: number): { x1: number; x2: number } {
    const [a, b] = [this.#a, this.#b];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    if (dy === 0) return this.bounds;
    const middle = a.x + ((y - a.y) * dx) / dy;
    const half = ((this.#radius + 0.5) * Math.sqrt(dx * dx + dy * dy)) / Math.abs(dy);
    return { x1: Math.max(this.bounds.x1, middle - half), x2: Math.min(this.bounds.x2, middle + half) };
  }
}

/** What is thinner than a pixel is drawn a pixel wide and fades instead. */
function fillCapsule(canvas: Canvas, a: Point, b: Point, radius: number, color: Color): void {
  const drawn = Math.max(radius, 0.5);
  canvas.fill(new Capsule(a, b, drawn), color, radius / drawn);
}

function strokeLine(canvas: Canvas, points: readonly Point[], radius: number, hex: string): void {
  const color = hexToRgb(hex);
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
  const data = packPixels(image, 'rgb');
  const canvas = new Canvas(data, width, height);
  for (const shape of shapes) {
    beforeEach();
    const { lines, radius } = shapeStrokes(shape);
    if (shape.edge > 0) {
      for (const points of lines) strokeLine(canvas, points, radius + shape.edge, OVERLAY_COLORS.edge);
    }
    for (const points of lines) strokeLine(canvas, points, radius, shape.color);
  }
  return { data, width, height, channelOrder: 'rgb' };
}
