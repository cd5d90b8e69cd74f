import type { PixelView } from '../image/pixel-image.js';
import type { Box } from '../types.js';

/**
 * A part of an image as the mean colours of square cells: all that is left of it.
 */
export interface CoarseGrid {
  columns: number;
  rows: number;
  /** Pixels of a cell's side. */
  cell: number;
  /** Top left corner of the first cell, image pixels. */
  left: number;
  top: number;
  /** `(rows, columns, 3)` red green blue in [0, 255] */
  means: Float64Array;
}

/** Where to begin so that `length` pixels lie inside the image, as far as it has so many. */
const inside = (start: number, length: number, side: number) => Math.max(0, Math.min(start, side - length));

/**
 * The means of the cells that cover a part of the image. A cell that reaches out of the image is the mean of as many pixels as any
 * other, moved inside, so that no mean tells of few pixels.
 */
export function coarseGrid(image: PixelView, { x1, y1, x2, y2 }: Box, cell: number): CoarseGrid {
  const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = image;
  const columns = Math.max(1, Math.ceil((x2 - x1) / cell));
  const rows = Math.max(1, Math.ceil((y2 - y1) / cell));
  // The cells reach as far beyond the part on both sides.
  const left = Math.round((x1 + x2 - columns * cell) / 2);
  const top = Math.round((y1 + y2 - rows * cell) / 2);
  const means = new Float64Array(rows * columns * 3);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 3) {
      const fromX = inside(left + column * cell, cell, width);
      const fromY = inside(top + row * cell, cell, height);
      const endX = Math.min(fromX + cell, width);
      const endY = Math.min(fromY + cell, height);
      let [r, g, b] = [0, 0, 0];
      for (let y = fromY; y < endY; y++) {
        for (let x = fromX, at = offset + y * rowStride + fromX * pixelStride; x < endX; x++, at += pixelStride) {
          r += data[at + red];
          g += data[at + green];
          b += data[at + blue];
        }
      }
      const pixels = (endX - fromX) * (endY - fromY);
      means.set([r / pixels, g / pixels, b / pixels], to);
    }
  }
  return { columns, rows, cell, left, top, means };
}

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);

/** The colour of the cell that holds a pixel, into `out`. */
export function cellColor(
  { columns, rows, cell, left, top, means }: CoarseGrid,
  x: number,
  y: number,
  out: Float64Array,
) {
  const column = clamp(Math.floor((x - left) / cell), columns - 1);
  const row = clamp(Math.floor((y - top) / cell), rows - 1);
  const at = (row * columns + column) * 3;
  for (let channel = 0; channel < 3; channel++) out[channel] = means[at + channel];
}

/** The colour between the middles of the four cells around a pixel, into `out`. */
export function smoothColor(
  { columns, rows, cell, left, top, means }: CoarseGrid,
  x: number,
  y: number,
  out: Float64Array,
) {
  const u = clamp((x + 0.5 - left) / cell - 0.5, columns - 1);
  const v = clamp((y + 0.5 - top) / cell - 0.5, rows - 1);
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const right = 3 * (Math.min(column + 1, columns - 1) - column);
  const below = 3 * columns * (Math.min(row + 1, rows - 1) - row);
  const [shareX, shareY] = [smoothStep(u - column), smoothStep(v - row)];
  const at = (row * columns + column) * 3;
  for (let channel = 0; channel < 3; channel++) {
    const i = at + channel;
    const upper = means[i] + shareX * (means[i + right] - means[i]);
    const lower = means[i + below] + shareX * (means[i + below + right] - means[i + below]);
    out[channel] = upper + shareY * (lower - upper);
  }
}

/** Without the creases that straight lines leave between cells. */
const smoothStep = (t: number) => t * t * (3 - 2 * t);
