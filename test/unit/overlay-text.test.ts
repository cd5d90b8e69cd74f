// Text in pictures: filled outlines, the same as looked up point by point, and texts that nobody would write.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { fillPolygons } from '../../src/overlay/fill-polygons.js';
import { textWidth } from '../../src/overlay/font.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { overlaySvg } from '../../src/overlay/overlay-svg.js';
import type { LabelShape } from '../../src/overlay/shape.js';
import type { PixelImage } from '../../src/types.js';

const polygon = (...values: number[]) => Float64Array.from(values);

describe('fillPolygons', () => {
  it('covers whole pixels wholly and others by their share', () => {
    const square = polygon(1, 1, 3.5, 1, 3.5, 2.25, 1, 2.25);
    expect([...fillPolygons([square], 5, 4)]).toEqual(
      [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 0.5, 0],
        [0, 0.25, 0.25, 0.125, 0],
        [0, 0, 0, 0, 0],
      ].flatMap((row) => row.map((share) => Math.floor(share * 255 + 0.5))),
    );
  });

  it('leaves holes, whichever way round the outline goes', () => {
    const [outer, hole] = [polygon(0, 0, 4, 0, 4, 4, 0, 4), polygon(1, 1, 1, 3, 3, 3, 3, 1)];
    const ring = [...fillPolygons([outer, hole], 4, 4)].map((value) => value / 255);
    expect(ring).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
    const mirrored = [outer, hole].map((points) => points.map((value, i) => (i % 2 === 0 ? 4 - value : value)));
    expect([...fillPolygons(mirrored, 4, 4)].map((value) => value / 255)).toEqual(ring);
  });

  it('halves pixels along a diagonal', () => {
    expect([...fillPolygons([polygon(0, 0, 3, 3, 0, 3)], 3, 3)]).toEqual([128, 0, 0, 255, 128, 0, 255, 255, 128]);
  });

  it('covers what a look at many points of each pixel finds', () => {
    const random = new Random(3);
    for (let times = 0; times < 20; times++) {
      const [width, height, steps] = [12, 9, 32];
      // A triangle, also over the borders: it never crosses itself.
      const points = Float64Array.from({ length: 6 }, (_, i) => random.between(-6, i % 2 === 0 ? 18 : 15));
      const inside = (x: number, y: number) => {
        const sides = [0, 2, 4].map((i) => {
          const [ax, ay, bx, by] = [points[i], points[i + 1], points[(i + 2) % 6], points[(i + 3) % 6]];
          return (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0;
        });
        return sides.every((side) => side === sides[0]);
      };
      const covered = fillPolygons([points], width, height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let found = 0;
          for (let i = 0; i < steps * steps; i++) {
            if (inside(x + ((i % steps) + 0.5) / steps, y + (Math.floor(i / steps) + 0.5) / steps)) found++;
          }
          expect(Math.abs(covered[y * width + x] / 255 - found / steps ** 2)).toBeLessThan(0.03);
        }
      }
    }
  });
});

const gray = (width: number, height: number): PixelImage => ({
  data: new Uint8Array(width * height * 3).fill(100),
  width,
  height,
  channelOrder: 'rgb',
});

const label = (text: string, size = 12, at = { x: 5, y: 5 }): LabelShape => ({
  ...{ kind: 'label', face: 0, part: 'score', color: '#ffffff', edge: size / 10, at, text, size },
});

const HOSTILE = [
  '',
  '<script>alert(1)</script>',
  '"/><g onload="x">&amp;',
  ']]>',
  '\u0000\u0001\u001b[31m\u007f',
  '\ud800 \udfff',
  '\uffff\ufffe',
  '👨‍👩‍👧 עברית \u202e',
  'constructor',
  '__proto__',
  '9'.repeat(100_000),
];

describe('text in pictures', () => {
  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 30), text]))('%s stays text', (_, text) => {
    const svg = overlaySvg([label(text)], { width: 60, height: 30 });
    // What remains without the tags is the text alone, and no character that XML has no place for.
    const [, inside] = svg.match(/<text [^<>]*>([^<>]*)<\/text>/) ?? [];
    expect(inside).toBeDefined();
    expect(svg.match(/<[a-z]+/g)).toEqual(['<svg', '<g', '<text']);
    expect(svg).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
    const drawn = overlayRaster(gray(60, 30), [label(text)]);
    expect(drawn.data).toHaveLength(60 * 30 * 3);
  });

  it('shows a question mark for what the font lacks', () => {
    const draw = (text: string) => Buffer.from(overlayRaster(gray(60, 30), [label(text)]).data);
    expect(draw('é😀').equals(draw('??'))).toBe(true);
    expect(draw('e').equals(draw('?'))).toBe(false);
    expect(textWidth('é😀')).toBe(textWidth('??'));
  });

  it.each([0, -5, 1e-9, 400, 1e6, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN])(
    'of the size %d neither fails nor fills the memory',
    (size) => {
      for (const x of [5, -300, 1e9, -1e300]) {
        const drawn = overlayRaster(gray(60, 30), [label('108', size, { x, y: 5 })]);
        expect(drawn.data).toHaveLength(60 * 30 * 3);
      }
    },
  );

  it.each([
    [30, 5],
    [-12, 5],
    [15, -8],
    [15, 24],
  ])('over the border at %i, %i ends there', (x, y) => {
    const text = label('88', 12, { x, y });
    const drawn = overlayRaster(gray(40, 30), [text]);
    // On a picture with room on all sides the same pixels change.
    const wide = overlayRaster(gray(80, 70), [{ ...text, at: { x: x + 20, y: y + 20 } }]);
    let changed = 0;
    for (let row = 0; row < 30; row++) {
      const expected = wide.data.subarray(((row + 20) * 80 + 20) * 3, ((row + 20) * 80 + 60) * 3);
      expect(drawn.data.subarray(row * 120, (row + 1) * 120)).toEqual(expected);
      changed += expected.filter((value) => value !== 100).length;
    }
    expect(changed).toBeGreaterThan(0);
  });

  it('larger than the picture shows the same part of it as in a larger picture', () => {
    const [wide, narrow] = [600, 200].map((width) =>
      overlayRaster(gray(width, 300), [label('8', 320, { x: -40, y: -60 })]),
    );
    let different = 0;
    for (let y = 0; y < 300; y++) {
      for (let i = 0; i < 3 * 199; i++) if (wide.data[y * 1800 + i] !== narrow.data[y * 600 + i]) different++;
    }
    expect(different).toBe(0);
    expect(new Set(narrow.data).size).toBeGreaterThan(10);
  });
});
