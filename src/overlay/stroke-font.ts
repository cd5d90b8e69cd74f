import type { Point } from '../types.js';

/**
 * A font of straight strokes for digits and a few signs, drawn on a grid 4 wide and 6 high. A glyph is a list of lines, a
 * line a list of grid points, each written as its column and row.
 */
const GLYPHS: Record<string, string> = {
  '0': '10 30 41 45 36 16 05 01 10',
  '1': '11 20 26|16 36',
  '2': '01 10 30 41 42 06 46',
  '3': '01 10 30 41 42 33 44 45 36 16 05|33 23',
  '4': '36 30 04 44',
  '5': '40 00 02 32 43 45 36 06',
  '6': '40 20 02 05 16 36 45 44 33 03',
  '7': '00 40 16',
  '8': '13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33',
  '9': '06 26 44 41 30 10 01 02 13 43',
  '.': '26 26',
  '-': '13 33',
  '#': '10 16|30 36|02 42|04 44',
  ' ': '',
};

/**
 * The strokes of a text; characters that the font lacks are left out.
 * @param at top left corner of the first character
 * @param size height of a digit
 * @param advance from one character's left edge to the next one's
 */
export function textStrokes(text: string, at: Point, size: number, advance: number): Point[][] {
  const grid = size / 6;
  // The glyph's four columns in the middle of what the character takes.
  const margin = (advance - 4 * grid) / 2;
  return [...text].flatMap((character, i) => {
    const left = at.x + i * advance + margin;
    const lines = GLYPHS[character]?.split('|').filter(Boolean) ?? [];
    return lines.map((line) =>
      line.split(' ').map(([column, row]) => ({ x: left + Number(column) * grid, y: at.y + Number(row) * grid })),
    );
  });
}
