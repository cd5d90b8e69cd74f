/** A point of an outline in font units, y upwards. Two points off the curve have one on it in the middle between them. */
interface OutlinePoint {
  x: number;
  y: number;
  onCurve: boolean;
}

/** A character as closed quadratic splines. */
export interface Outline {
  advance: number;
  contours: OutlinePoint[][];
}

/** Flags of the tables `glyf`, OpenType specification 1.9. */
const ON_CURVE = 1;
const X_SHORT = 2;
const Y_SHORT = 4;
const REPEAT = 8;
const X_SAME = 16;
const Y_SAME = 32;
const WORDS = 1;
const OFFSETS = 2;
const MORE = 32;
const TRANSFORMED = 8 | 64 | 128;

/** Which glyph shows each of these characters: the table `cmap` in format 4, for characters of 16 bits. */
function glyphIndices(cmap: DataView, characters: string): number[] {
  const subtables = Array.from({ length: cmap.getUint16(2) }, (_, i) => cmap.getUint32(8 + 8 * i));
  const start = subtables.find((offset) => cmap.getUint16(offset) === 4);
  if (start === undefined) throw new Error('The font has no table of characters that is read here.');
  const segments = cmap.getUint16(start + 6) / 2;
  const [ends, starts, deltas, ranges] = [14, 16 + 2 * segments, 16 + 4 * segments, 16 + 6 * segments].map(
    (offset) => start + offset,
  );
  return [...characters].map((character) => {
    const code = character.charCodeAt(0);
    let i = 0;
    while (cmap.getUint16(ends + 2 * i) < code) i++;
    const first = cmap.getUint16(starts + 2 * i);
    const range = cmap.getUint16(ranges + 2 * i);
    const delta = cmap.getUint16(deltas + 2 * i);
    const index = range === 0 ? code : cmap.getUint16(ranges + 2 * i + range + 2 * (code - first));
    if (code < first || index === 0) throw new Error(`The font has no ${JSON.stringify(character)}.`);
    return (index + delta) & 0xffff;
  });
}

/** One coordinate of all points: each is the difference to the one before, in one byte with its sign in the flags, or in two. */
function coordinates(glyf: DataView, at: number, flags: readonly number[], short: number, same: number) {
  let value = 0;
  const values = flags.map((flag) => {
    if (flag & short) value += glyf.getUint8(at++) * (flag & same ? 1 : -1);
    else if (!(flag & same)) {
      value += glyf.getInt16(at);
      at += 2;
    }
    return value;
  });
  return { values, end: at };
}

function simpleGlyph(glyf: DataView, start: number, count: number): OutlinePoint[][] {
  const ends = Array.from({ length: count }, (_, i) => glyf.getUint16(start + 10 + 2 * i));
  let at = start + 10 + 2 * count;
  at += 2 + glyf.getUint16(at);
  const flags: number[] = [];
  while (flags.length <= ends[count - 1]) {
    const flag = glyf.getUint8(at++);
    for (let times = flag & REPEAT ? glyf.getUint8(at++) : 0; times >= 0; times--) flags.push(flag);
  }
  const x = coordinates(glyf, at, flags, X_SHORT, X_SAME);
  const y = coordinates(glyf, x.end, flags, Y_SHORT, Y_SAME);
  const points = flags.map((flag, i) => ({ x: x.values[i], y: y.values[i], onCurve: (flag & ON_CURVE) !== 0 }));
  return ends.map((end, i) => points.slice(i === 0 ? 0 : ends[i - 1] + 1, end + 1));
}

/** Other glyphs, each moved. */
function compositeGlyph(glyf: DataView, start: number, glyph: (index: number) => OutlinePoint[][]): OutlinePoint[][] {
  const contours: OutlinePoint[][] = [];
  let flags = MORE;
  for (let at = start + 10; flags & MORE; ) {
    flags = glyf.getUint16(at);
    const index = glyf.getUint16(at + 2);
    if (flags & TRANSFORMED || !(flags & OFFSETS)) throw new Error(`Part ${index} of a glyph is not moved alone.`);
    const [x, y] =
      flags & WORDS ? [glyf.getInt16(at + 4), glyf.getInt16(at + 6)] : [glyf.getInt8(at + 4), glyf.getInt8(at + 5)];
    contours.push(
      ...glyph(index).map((points) => points.map((point) => ({ ...point, x: point.x + x, y: point.y + y }))),
    );
    at += flags & WORDS ? 8 : 6;
  }
  return contours;
}

/**
 * The outlines of characters in a TrueType font (OpenType specification 1.9: head, hhea, hmtx, cmap, loca, glyf).
 * @returns by character, and how many units an em has
 */
export function readOutlines(
  tables: ReadonlyMap<string, DataView>,
  characters: string,
): { unitsPerEm: number; outlines: Map<string, Outline> } {
  const [head, hhea, hmtx, cmap, loca, glyf] = ['head', 'hhea', 'hmtx', 'cmap', 'loca', 'glyf'].map((tag) => {
    const table = tables.get(tag);
    if (!table) throw new Error(`The font has no table ${tag}.`);
    return table;
  });
  const isLong = head.getInt16(50) === 1;
  const offset = (index: number) => (isLong ? loca.getUint32(4 * index) : 2 * loca.getUint16(2 * index));
  const lastAdvance = hhea.getUint16(34) - 1;
  const contoursOf = (index: number): OutlinePoint[][] => {
    const start = offset(index);
    if (start === offset(index + 1)) return [];
    const count = glyf.getInt16(start);
    return count < 0 ? compositeGlyph(glyf, start, contoursOf) : simpleGlyph(glyf, start, count);
  };
  const indices = glyphIndices(cmap, characters);
  const outlines = [...characters].map((character, i): [string, Outline] => [
    character,
    { advance: hmtx.getUint16(4 * Math.min(indices[i], lastAdvance)), contours: contoursOf(indices[i]) },
  ]);
  return { unitsPerEm: head.getUint16(18), outlines: new Map(outlines) };
}

/**
 * A closed quadratic spline as a polygon that keeps within `tolerance` of it.
 * @returns x y x y ...
 */
export function flatten(contour: readonly OutlinePoint[], tolerance: number): number[] {
  const middle = (a: OutlinePoint, b: OutlinePoint) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, onCurve: true });
  // The points on the curve between two that are off it are written down.
  const points = contour.flatMap((point, i) => {
    const next = contour[(i + 1) % contour.length];
    return point.onCurve || next.onCurve ? [point] : [point, middle(point, next)];
  });
  const first = points.findIndex(({ onCurve }) => onCurve);
  const ring = [...points.slice(first), ...points.slice(0, first + 1)];
  const polygon: number[] = [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const from = ring[i];
    polygon.push(from.x, from.y);
    if (ring[i + 1].onCurve) continue;
    const [control, to] = [ring[i + 1], ring[i + 2]];
    // A chord of a parabola with the second difference d is off by d / 8, a part of n by d / 8 n^2.
    const difference = Math.hypot(from.x - 2 * control.x + to.x, from.y - 2 * control.y + to.y) / 4;
    const parts = Math.max(1, Math.ceil(Math.sqrt(difference / tolerance)));
    for (let part = 1; part < parts; part++) {
      const t = part / parts;
      const at = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t ** 2 * c;
      polygon.push(at(from.x, control.x, to.x), at(from.y, control.y, to.y));
    }
    i++;
  }
  return polygon;
}
