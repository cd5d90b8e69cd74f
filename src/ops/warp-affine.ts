import { integerIn } from '../check-options.js';
import { checkView, type PixelView } from '../image/pixel-image.js';
import { checkArray, checkInteger, checkList } from '../options.js';
import type { AffineMatrix } from '../types.js';
import { affineEntries, invertAffine } from './affine.js';

const f32 = Math.fround;

/** Inclusive bounds in pixels. */
export interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * The part of the image that `warpAffine` reads for a crop, limited to two pixels beyond the image, because everything further
 * out is black as well.
 *
 * @param cropToImage `a b tx c d ty`, all finite
 */
export function cropExtent(cropToImage: readonly number[], size: number, width: number, height: number): Extent {
  const [a, b, tx, c, d, ty] = cropToImage;
  // Rounding is monotonic, so the extremes are at the corners, computed exactly as the positions between them.
  const axis = (column: number, row: number, shift: number, length: number) => {
    const corners = [0, size - 1].flatMap((u) => [0, size - 1].map((v) => f32(f32(f32(u * column) + v * row) + shift)));
    const index = (position: number) => Math.trunc(Math.min(Math.max(position, -2), length));
    return [index(Math.min(...corners)), index(Math.max(...corners)) + 1];
  };
  const [left, right] = axis(a, b, tx, width);
  const [top, bottom] = axis(c, d, ty, height);
  return { left, top, right, bottom };
}

/** Largest side of a crop: its floats take 200 MB. */
const MAX_SIZE = 4096;

/** Refuses anything but three places among `samples`. */
export function checkChannels(name: string, value: unknown, samples: number): void {
  checkList(name, checkArray(name, value, 3), integerIn(0, samples - 1));
}

/**
 * Cuts a `size x size` crop out of an image: crop pixel `(u, v)` shows image position `inv(imageToCrop) * (u, v, 1)`,
 * bilinear between its four neighbours, 0 outside the image. Not rounded to integers.
 *
 * Float32 in the reference's order. Two of its properties are kept on purpose: coordinates are truncated toward zero, so
 * that between -1 and 0 the first pixel is extrapolated with a negative weight; and the position is a fused dot product, as
 * ONNX Runtime's matrix kernel computes it. Positions that are not finite read 0.
 *
 * @param channels offsets of the three output channels inside a pixel, e.g. `[blue, green, red]`
 * @returns `(size, size, 3)` float32 in [0, 255]
 * @throws InvalidImageError, InvalidOptionError
 */
export function warpAffine(
  image: PixelView,
  imageToCrop: AffineMatrix,
  size: number,
  channels: readonly [number, number, number],
): Float32Array {
  const { data, width, height, offset, rowStride, pixelStride } = checkView(image);
  checkInteger('size', size, 1, MAX_SIZE);
  checkChannels('channels', channels, pixelStride);
  const [a, b, tx, c, d, ty] = affineEntries(invertAffine(imageToCrop));
  const [c0, c1, c2] = channels;
  const out = new Float32Array(size * size * 3);
  const columnX = Float32Array.from({ length: size }, (_, u) => u * a);
  const columnY = Float32Array.from({ length: size }, (_, u) => u * c);
  const tap = (x: number, y: number, channel: number) =>
    x >= 0 && x < width && y >= 0 && y < height ? data[offset + y * rowStride + x * pixelStride + channel] : 0;

  let to = 0;
  for (let v = 0; v < size; v++) {
    // Exact in float64, so that adding the column's share and rounding once is the fused operation.
    const rowX = v * b;
    const rowY = v * d;
    for (let u = 0; u < size; u++, to += 3) {
      const x = f32(f32(columnX[u] + rowX) + tx);
      const y = f32(f32(columnY[u] + rowY) + ty);
      if (!(x > -2 && x < width && y > -2 && y < height)) continue;
      const x0 = x | 0;
      const y0 = y | 0;
      const dx = f32(x - x0);
      const dy = f32(y - y0);
      const ex = f32(1 - dx);
      const ey = f32(1 - dy);
      const w00 = f32(ex * ey);
      const w10 = f32(dx * ey);
      const w01 = f32(ex * dy);
      const w11 = f32(dx * dy);
      if (x0 >= 0 && y0 >= 0 && x0 < width - 1 && y0 < height - 1) {
        const p00 = offset + y0 * rowStride + x0 * pixelStride;
        const p10 = p00 + pixelStride;
        const p01 = p00 + rowStride;
        const p11 = p01 + pixelStride;
        out[to] = blend(w00 * data[p00 + c0], w10 * data[p10 + c0], w01 * data[p01 + c0], w11 * data[p11 + c0]);
        out[to + 1] = blend(w00 * data[p00 + c1], w10 * data[p10 + c1], w01 * data[p01 + c1], w11 * data[p11 + c1]);
        out[to + 2] = blend(w00 * data[p00 + c2], w10 * data[p10 + c2], w01 * data[p01 + c2], w11 * data[p11 + c2]);
      } else {
        for (let k = 0; k < 3; k++) {
          const channel = channels[k];
          out[to + k] = blend(
            w00 * tap(x0, y0, channel),
            w10 * tap(x0 + 1, y0, channel),
            w01 * tap(x0, y0 + 1, channel),
            w11 * tap(x0 + 1, y0 + 1, channel),
          );
        }
      }
    }
  }
  return out;
}

/** Sum of the four weighted taps, each product and sum rounded, clipped to [0, 255]. */
function blend(v00: number, v10: number, v01: number, v11: number): number {
  const value = f32(f32(f32(f32(v00) + f32(v10)) + f32(v01)) + f32(v11));
  return value > 0 ? Math.min(value, 255) : 0;
}
