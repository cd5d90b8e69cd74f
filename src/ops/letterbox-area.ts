import type { PixelView } from '../pixel-image.js';
import { clearPadding, type Normalization } from './letterbox-bilinear.js';

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
  clearPadding(out, side, columns, rows);
  const sums = new Float64Array(3 * columns);

  for (let oy = 0; oy < rows; oy++) {
    const top = oy * ratio;
    const bottom = Math.min(top + ratio, height);
    sums.fill(0);
    for (let y = Math.floor(top); y < bottom; y++) {
      const rowWeight = Math.min(y + 1, bottom) - Math.max(y, top);
      const row = offset + y * rowStride;
      for (let ox = 0; ox < columns; ox++) {
        const left = ox * ratio;
        const right = Math.min(left + ratio, width);
        let [r, g, b] = [0, 0, 0];
        for (let x = Math.floor(left); x < right; x++) {
          const weight = Math.min(x + 1, right) - Math.max(x, left);
          const pixel = row + x * pixelStride;
          r += weight * (data[pixel + red] - mean);
          g += weight * (data[pixel + green] - mean);
          b += weight * (data[pixel + blue] - mean);
        }
        sums[3 * ox] += rowWeight * r;
        sums[3 * ox + 1] += rowWeight * g;
        sums[3 * ox + 2] += rowWeight * b;
      }
    }
    const scale = 1 / (ratio * ratio * std);
    for (let ox = 0; ox < columns; ox++) {
      for (let channel = 0; channel < 3; channel++) {
        out[channel * plane + oy * side + ox] = sums[3 * ox + channel] * scale;
      }
    }
  }
  return out;
}
