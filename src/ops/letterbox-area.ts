import type { PixelView } from '../image/pixel-image.js';
import { checkFunction } from '../options.js';
import { checkLetterbox, clearPadding, emptyPlanes, type Normalization } from './letterbox-bilinear.js';

/** The source pixels that each output position covers along an axis: a first and a last one in part, those between as a whole. */
export interface AreaSpans {
  first: Int32Array;
  last: Int32Array;
  firstWeight: Float64Array;
  /** 0 where first and last are the same pixel. */
  lastWeight: Float64Array;
}

function areaSpans(length: number, ratio: number, count: number): AreaSpans {
  const spans: AreaSpans = {
    first: new Int32Array(count),
    last: new Int32Array(count),
    firstWeight: new Float64Array(count),
    lastWeight: new Float64Array(count),
  };
  for (let o = 0; o < count; o++) {
    const from = o * ratio;
    const to = Math.min(from + ratio, length);
    const first = Math.floor(from);
    const last = Math.ceil(to) - 1;
    spans.first[o] = first;
    spans.last[o] = last;
    spans.firstWeight[o] = Math.min(first + 1, to) - from;
    spans.lastWeight[o] = last > first ? to - last : 0;
  }
  return spans;
}

/** Sums of one output row, collected from its source rows one by one. The inner loop of the reduction. */
export interface AreaSums {
  /** Four values a column, of which `red`, `green` and `blue` are in use. */
  sums: Float64Array;
  red: number;
  green: number;
  blue: number;
  /** Adds `weight` times the covered samples of source row `y` to every column. */
  addRow(y: number, weight: number): void;
}

/** {@link AreaSums} in TypeScript. Whole pixels are summed as integers, which makes images of 24 megapixels fast enough. */
export function plainAreaSums(image: PixelView, columns: AreaSpans): AreaSums {
  const { data, offset, rowStride, pixelStride, red, green, blue } = image;
  const { first, last, firstWeight, lastWeight } = columns;
  const sums = new Float64Array(4 * first.length);
  return {
    sums,
    red: 0,
    green: 1,
    blue: 2,
    addRow(y, weight) {
      const row = offset + y * rowStride;
      for (let ox = 0, to = 0; ox < first.length; ox++, to += 4) {
        const from = row + first[ox] * pixelStride;
        const end = row + last[ox] * pixelStride;
        let r = 0;
        let g = 0;
        let b = 0;
        for (let pixel = from + pixelStride; pixel < end; pixel += pixelStride) {
          r += data[pixel + red];
          g += data[pixel + green];
          b += data[pixel + blue];
        }
        const w1 = firstWeight[ox];
        const w2 = lastWeight[ox];
        sums[to] += weight * (w1 * data[from + red] + r + w2 * data[end + red]);
        sums[to + 1] += weight * (w1 * data[from + green] + g + w2 * data[end + green]);
        sums[to + 2] += weight * (w1 * data[from + blue] + b + w2 * data[end + blue]);
      }
    },
  };
}

/**
 * Image -> detector input for images that are larger than the merged model's canvas: the same letterbox, reduced by area
 * averaging, because a bilinear resize would skip the pixels between its sampling points. Output pixel `o` covers
 * `[o, o + 1) * L / side` of the image on each axis; the padding counts as 0 in normalised units.
 *
 * @param out where to write; every element is written
 * @returns `out`: `(3, side, side)` float32, RGB planes
 * @throws InvalidImageError, InvalidOptionError
 */
export function letterboxArea(
  image: PixelView,
  side: number,
  normalization: Normalization,
  out: Float32Array = emptyPlanes(side),
  areaSums: (image: PixelView, columns: AreaSpans) => AreaSums = plainAreaSums,
): Float32Array {
  const { mean, std } = checkLetterbox(image, side, normalization, out);
  checkFunction('areaSums', areaSums);
  const { width, height } = image;
  const ratio = Math.max(width, height) / side;
  const plane = side * side;
  const columns = Math.min(side, Math.ceil(width / ratio));
  const rows = Math.min(side, Math.ceil(height / ratio));
  const y = areaSpans(height, ratio, rows);
  const { sums, red, green, blue, addRow } = areaSums(image, areaSpans(width, ratio, columns));
  const scale = 1 / (ratio * ratio * std);
  clearPadding(out, side, columns, rows);

  for (let oy = 0; oy < rows; oy++) {
    sums.fill(0);
    addRow(y.first[oy], y.firstWeight[oy]);
    for (let sy = y.first[oy] + 1; sy < y.last[oy]; sy++) addRow(sy, 1);
    if (y.last[oy] > y.first[oy]) addRow(y.last[oy], y.lastWeight[oy]);
    const covered = Math.min(ratio, height - oy * ratio);
    for (let ox = 0, to = oy * side; ox < columns; ox++, to++) {
      const offset = mean * covered * Math.min(ratio, width - ox * ratio);
      out[to] = (sums[4 * ox + red] - offset) * scale;
      out[to + plane] = (sums[4 * ox + green] - offset) * scale;
      out[to + 2 * plane] = (sums[4 * ox + blue] - offset) * scale;
    }
  }
  return out;
}
