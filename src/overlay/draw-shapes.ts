import { packPixels } from '../image/pack-pixels.js';
import type { PixelImage } from '../types.js';
import { EdgedPaint } from './edged-paint.js';
import { LineCoverage } from './line-coverage.js';
import { PolylineRows } from './polyline-rows.js';
import type { DiscShape, LineShape, OverlayShape } from './shape.js';
import { TextPainter } from './text-painter.js';

/** A disc is a line of one point. */
function addLines(rows: PolylineRows, shape: LineShape | DiscShape): void {
  const points = shape.kind === 'line' ? shape.points : [shape.center];
  if (points.length === 1) rows.add(points[0].x, points[0].y, points[0].x, points[0].y);
  for (let i = 1; i < points.length; i++) rows.add(points[i - 1].x, points[i - 1].y, points[i].x, points[i].y);
  if (shape.kind === 'disc' || !shape.closed) return;
  const last = points[points.length - 1];
  rows.add(last.x, last.y, points[0].x, points[0].y);
}

function drawLines(rows: PolylineRows, shape: LineShape | DiscShape, paint: EdgedPaint, image: PixelImage): void {
  const radius = shape.kind === 'line' ? shape.width / 2 : shape.radius;
  const fill = new LineCoverage(radius);
  const edged = new LineCoverage(shape.edge > 0 ? radius + shape.edge : 0);
  const reach = Math.max(fill.reach, edged.reach);
  rows.begin(reach);
  addLines(rows, shape);
  const { first, last } = rows.rows(image.height);
  const { squares } = rows;
  for (let y = first; y <= last; y++) {
    const end = rows.measure(y);
    for (let part = 0; part < end; part += 2) {
      const stop = rows.parts[part + 1];
      let at = (y * image.width + rows.parts[part]) * 3;
      for (let x = rows.parts[part]; x <= stop; x++, at += 3) {
        const distance = Math.sqrt(squares[x]);
        squares[x] = Number.POSITIVE_INFINITY;
        if (distance < reach) paint.cover(at, fill.at(distance), edged.at(distance));
      }
    }
  }
}

/**
 * Draws shapes into a copy of the image, anti-aliased: a pixel whose centre lies within half a pixel of a rim is covered in part.
 * The image itself is not changed.
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
  const rows = new PolylineRows(width);
  const text = new TextPainter({ width, height });
  for (const shape of shapes) {
    beforeEach();
    const paint = new EdgedPaint(data, shape.color);
    if (shape.kind === 'label') text.write(shape, paint);
    else drawLines(rows, shape, paint, image);
  }
  return { data, width, height, channelOrder: 'rgb' };
}
