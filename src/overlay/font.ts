import type { Box } from '../types.js';
import { OUTLINES, UNITS_PER_EM } from './font-outlines.js';

/** Height of capitals and digits, in units of the outlines. */
const CAP_HEIGHT = 728;

/** Height of digits as a share of the font's size. */
export const DIGIT_HEIGHT = CAP_HEIGHT / UNITS_PER_EM;

/** For the SVG, whose viewer has its own fonts: those that look most like the outlines first. */
export const FONT_FAMILY = "Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";
export const FONT_WEIGHT = 500;

/** A character whose digits are 1 high. */
export interface Glyph {
  /** From its own left side to that of the next one. */
  advance: number;
  /** Closed, x y x y ...: from the left side and the baseline, y downwards; filled by their winding numbers. */
  polygons: readonly Float64Array[];
  /** Around the polygons. */
  bounds: Box;
}

/** A question mark stands for what is not printable ASCII. */
const outlineOf = (character: string): string => OUTLINES[character] ?? OUTLINES['?'];

const advanceOf = (outline: string): number => Number.parseInt(outline, 10) / CAP_HEIGHT;

export function glyphOf(character: string): Glyph {
  const outline = outlineOf(character);
  const polygons = outline
    .split('|')
    .slice(1)
    .map((polygon) =>
      Float64Array.from(polygon.split(' '), (value, i) => (i % 2 === 0 ? 1 : -1) * (Number(value) / CAP_HEIGHT)),
    );
  const bounds = { x1: 0, y1: 0, x2: 0, y2: 0 };
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i += 2) {
      bounds.x1 = Math.min(bounds.x1, polygon[i]);
      bounds.x2 = Math.max(bounds.x2, polygon[i]);
      bounds.y1 = Math.min(bounds.y1, polygon[i + 1]);
      bounds.y2 = Math.max(bounds.y2, polygon[i + 1]);
    }
  }
  return { advance: advanceOf(outline), polygons, bounds };
}

/** Width of a text as a share of the height of its digits. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += advanceOf(outlineOf(character));
  return width;
}
