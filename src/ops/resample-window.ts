import type { PixelView } from '../image/pixel-image.js';

/** A part of an image, pixels; it may reach beyond the image. Positions are counted from the corner of the first pixel, not from its centre. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** For one output position: the first of the source positions that it reads, and their weights, which add up to 1. */
interface Taps {
  first: number;
  shares: Float64Array;
}

/**
 * Triangle filter. It is as wide as an output pixel when the window is reduced, so that no source pixel is skipped, and as wide as
 * a source pixel when it is enlarged. Positions beyond the image read the pixel at its edge.
 */
function axisTaps(start: number, length: number, count: number, side: number): Taps[] {
  const scale = length / count;
  const support = Math.max(scale, 1);
  return Array.from({ length: count }, (_, i) => {
    const center = start + (i + 0.5) * scale - 0.5;
    const clamped = (position: number) => Math.min(Math.max(position, 0), side - 1);
    const from = Math.ceil(center - support);
    const to = Math.floor(center + support);
    const first = clamped(from);
    const shares = new Float64Array(clamped(to) - first + 1);
    let sum = 0;
    for (let position = from; position <= to; position++) {
      const share = 1 - Math.abs(position - center) / support;
      shares[clamped(position) - first] += share;
      sum += share;
    }
    for (let k = 0; k < shares.length; k++) shares[k] /= sum;
    return { first, shares };
  });
}

/**
 * Resizes a part of an image with antialiasing. Beyond the image its edge pixels are repeated.
 * @returns `(height, width, 3)` red green blue, flat
 */
export function resampleWindow(
  image: PixelView,
  window: Window,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const { data, offset, rowStride, pixelStride, red, green, blue } = image;
  const columns = axisTaps(window.left, window.width, width, image.width);
  const rows = axisTaps(window.top, window.height, height, image.height);
  const left = columns[0].first;
  const last = columns[width - 1];
  const needed = last.first + last.shares.length - left;
  const sums = new Float64Array(3 * needed);
  const out = new Uint8Array(width * height * 3);
  rows.forEach(({ first, shares }, y) => {
    sums.fill(0);
    shares.forEach((share, k) => {
      let from = offset + (first + k) * rowStride + left * pixelStride;
      for (let to = 0; to < sums.length; to += 3, from += pixelStride) {
        sums[to] += share * data[from + red];
        sums[to + 1] += share * data[from + green];
        sums[to + 2] += share * data[from + blue];
      }
    });
    columns.forEach((column, x) => {
      for (let channel = 0; channel < 3; channel++) {
        let value = 0;
        for (let k = 0; k < column.shares.length; k++) {
          value += column.shares[k] * sums[3 * (column.first - left + k) + channel];
        }
        out[(y * width + x) * 3 + channel] = Math.round(value);
      }
    });
  });
  return out;
}
