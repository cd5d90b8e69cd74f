import type { EdgedPaint } from './edged-paint.js';
import { fillPolygons } from './fill-polygons.js';
import { type Glyph, glyphOf } from './font.js';
import { LineCoverage } from './line-coverage.js';
import { PolylineRows } from './polyline-rows.js';
import type { LabelShape } from './shape.js';

/** Whole pixels of an image, first and last. */
interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What a glyph covers of each pixel of a window, 0 to 255. */
interface Mask extends Window {
  fill: Uint8Array;
  /** With the edge around it. */
  edged: Uint8Array;
}

/** Places inside of a pixel at which a glyph can begin. */
const PHASES = 4;
/** Masks of more pixels are not kept: they take long to lay on, not to make. */
const MOST_KEPT = 2 ** 14;

/** The pixels that the glyph reaches from this place. */
function windowOf({ bounds }: Glyph, size: number, x: number, y: number, edge: number): Window {
  const margin = edge + 1;
  const [left, top] = [Math.floor(x + bounds.x1 * size - margin), Math.floor(y + bounds.y1 * size - margin)];
  return {
    left,
    top,
    width: Math.ceil(x + bounds.x2 * size + margin) - left + 1,
    height: Math.ceil(y + bounds.y2 * size + margin) - top + 1,
  };
}

/** The part of a window that lies in a picture. */
function clip({ left, top, width, height }: Window, picture: { width: number; height: number }): Window {
  const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
  return {
    left: x,
    top: y,
    width: Math.max(0, Math.min(left + width, picture.width) - x),
    height: Math.max(0, Math.min(top + height, picture.height) - y),
  };
}

function drawMask({ polygons }: Glyph, size: number, x: number, y: number, edge: number, window: Window): Mask {
  const { left, top, width, height } = window;
  const placed = polygons.map((polygon) =>
    polygon.map((value, i) => value * size + (i % 2 === 0 ? x - left : y - top) + 0.5),
  );
  const fill = fillPolygons(placed, width, height);
  if (edge <= 0) return { ...window, fill, edged: fill };
  const edged = fill.slice();
  const coverage = new LineCoverage(edge);
  const rows = new PolylineRows(width);
  rows.begin(coverage.reach);
  for (const polygon of placed) {
    for (let i = 0; i < polygon.length; i += 2) {
      const next = (i + 2) % polygon.length;
      // Half a pixel: lines are measured from the middle of pixels, polygons filled from their corners.
      rows.add(polygon[i] - 0.5, polygon[i + 1] - 0.5, polygon[next] - 0.5, polygon[next + 1] - 0.5);
    }
  }
  for (let row = 0; row < height; row++) {
    const end = rows.measure(row);
    for (let part = 0; part < end; part += 2) {
      for (let column = rows.parts[part]; column <= rows.parts[part + 1]; column++) {
        const at = row * width + column;
        edged[at] = Math.max(edged[at], coverage.at(Math.sqrt(rows.squares[column])) * 255 + 0.5);
        rows.squares[column] = Number.POSITIVE_INFINITY;
      }
    }
  }
  return { ...window, fill, edged };
}

/** Writes text into one picture. What a glyph covers is found out once for each size and place inside of a pixel. */
export class TextPainter {
  readonly #picture: { width: number; height: number };
  readonly #glyphs = new Map<string, Glyph>();
  readonly #masks = new Map<string, Mask>();

  constructor(picture: { width: number; height: number }) {
    this.#picture = picture;
  }

  write({ text, at, size, edge }: LabelShape, paint: EdgedPaint): void {
    if (!Number.isFinite(at.x + at.y + size + edge) || size <= 0) return;
    // Digits that stand on the edge of a row of pixels are sharp.
    const row = Math.round(at.y + size + 0.5);
    let x = Math.round(at.x);
    for (const character of text) {
      this.#writeGlyph(character, size, edge, x, row, paint);
      x += this.#glyph(character).advance * size;
    }
  }

  #glyph(character: string): Glyph {
    let glyph = this.#glyphs.get(character);
    if (!glyph) {
      glyph = glyphOf(character);
      this.#glyphs.set(character, glyph);
    }
    return glyph;
  }

  /** @param x of the glyph's left side, `row` below the pixels on which it stands */
  #writeGlyph(character: string, size: number, edge: number, x: number, row: number, paint: EdgedPaint): void {
    const glyph = this.#glyph(character);
    const start = Math.round(x * PHASES) / PHASES;
    const column = Math.floor(start);
    const window = windowOf(glyph, size, start - column, -0.5, edge);
    const { left, top, width, height } = window;
    const seen = clip({ left: left + column, top: top + row, width, height }, this.#picture);
    if (seen.width === 0 || seen.height === 0) return;
    if (width * height > MOST_KEPT) {
      this.#lay(drawMask(glyph, size, start, row - 0.5, edge, seen), 0, 0, paint);
      return;
    }
    const key = `${character} ${size} ${start - column} ${edge}`;
    let mask = this.#masks.get(key);
    if (!mask) {
      mask = drawMask(glyph, size, start - column, -0.5, edge, window);
      this.#masks.set(key, mask);
    }
    this.#lay(mask, column, row, paint);
  }

  #lay({ left, top, width, height, fill, edged }: Mask, column: number, row: number, paint: EdgedPaint): void {
    const picture = this.#picture;
    const [first, end] = [Math.max(0, -left - column), Math.min(width, picture.width - left - column)];
    const last = Math.min(height, picture.height - top - row);
    for (let y = Math.max(0, -top - row); y < last; y++) {
      let pixel = ((top + row + y) * picture.width + left + column + first) * 3;
      for (let i = y * width + first; i < y * width + end; i++, pixel += 3) {
        if (edged[i] > 0) paint.cover(pixel, fill[i] / 255, edged[i] / 255);
      }
    }
  }
}
