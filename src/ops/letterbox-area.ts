import type { PixelView } from '../pixel-image.js';
import { clearPadding, type Normalization } from './letterbox-bilinear.js';

/** The source pixels that one output position covers along an axis: whole ones between a first and a last share. */
interface Spans {
  first: Int32Array;
  last: Int32Array;
  firstWeight: Float64Array;
  /** 0 where first and last are the same pixel. */
  lastWeight: Float64Array;
}

function areaSpans(length: number, ratio: number, count: number): Spans {
  const spans: Spans = {
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

/**
 * Image -> detector input for images beyond the merged model's canvas: the same letterbox, reduced by area averaging,
 * so that what lies between the sampling points of a bilinear resize is not lost. Output pixel `o` covers
 * `[o, o + 1) * L / side` of the image on each axis; the padding counts as 0 in normalised units.
 *
 * @param out where to write; every element is written
 * @returns `out`: `(3, side, side)` float32, RGB planes
 */
export function letterboxArea(
  image: PixelView,
  side: number,
  { mean, std }: Normalization,
  out: Float32Array = new Float32Array(3 * side * side),
): Float32Array {
  const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = image;
  const ratio = Math.max(width, height) / side;
  const plane = side * side;
  const columns = Math.min(side, Math.ceil(width / ratio));
  const rows = Math.min(side, Math.ceil(height / ratio));
  const x = areaSpans(width, ratio, columns);
  const y = areaSpans(height, ratio, rows);
  const sums = new Float64Array(3 * columns);
  const scale = 1 / (ratio * ratio * std);
  clearPadding(out, side, columns, rows);

  for (let oy = 0; oy < rows; oy++) {
    sums.fill(0);
    for (let sy = y.first[oy]; sy <= y.last[oy]; sy++) {
      const rowWeight = sy === y.first[oy] ? y.firstWeight[oy] : sy === y.last[oy] ? y.lastWeight[oy] : 1;
      const row = offset + sy * rowStride;
      for (let ox = 0, to = 0; ox < columns; ox++, to += 3) {
        const first = row + x.first[ox] * pixelStride;
        const last = row + x.last[ox] * pixelStride;
        // The whole pixels are summed as integers, which is what makes 24 megapixels bearable.
        let r = 0;
        let g = 0;
        let b = 0;
        for (let pixel = first + pixelStride; pixel < last; pixel += pixelStride) {
          r += data[pixel + red];
          g += data[pixel + green];
          b += data[pixel + blue];
        }
        const w1 = x.firstWeight[ox];
        const w2 = x.lastWeight[ox];
        sums[to] += rowWeight * (w1 * data[first + red] + r + w2 * data[last + red]);
        sums[to + 1] += rowWeight * (w1 * data[first + green] + g + w2 * data[last + green]);
        sums[to + 2] += rowWeight * (w1 * data[first + blue] + b + w2 * data[last + blue]);
      }
    }
    const covered = Math.min(ratio, height - oy * ratio);
    for (let ox = 0; ox < columns; ox++) {
      const area = covered * Math.min(ratio, width - ox * ratio);
      for (let channel = 0; channel < 3; channel++) {
        out[channel * plane + oy * side + ox] = (sums[3 * ox + channel] - mean * area) * scale;
      }
    }
  }
  return out;
}
