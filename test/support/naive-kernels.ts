// The kernels' formulas as they are written down, without a thought for speed: what the real ones are held to.

import type { PixelView } from '../../src/image/pixel-image.js';
import { affineEntries } from '../../src/ops/affine.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import type { AffineMatrix } from '../../src/types.js';

const f32 = Math.fround;

/** One sample of an image, 0 outside of it. */
export function sample(image: PixelView, x: number, y: number, channel: number): number {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return 0;
  return image.data[image.offset + y * image.rowStride + x * image.pixelStride + channel];
}

/** The letterbox's formulas, on a canvas that really is padded. */
export function naiveLetterbox(image: PixelView, side: number): Float32Array {
  const L = Math.max(image.width, image.height);
  const out: number[] = [];
  for (const channel of [image.red, image.green, image.blue]) {
    const canvas = (x: number, y: number) =>
      x < image.width && y < image.height ? f32((sample(image, x, y, channel) - SCRFD.mean) / SCRFD.std) : 0;
    const axis = (o: number) => {
      const s = f32(f32(o * (L - 1)) / (side - 1));
      const i1 = Math.trunc(s);
      const i2 = Math.min(i1 + 1, L - 1);
      return i1 === i2
        ? { i1, i2, d1: 0.5, d2: 0.5 }
        : { i1, i2, d1: f32(Math.abs(s - i1)), d2: f32(Math.abs(s - i2)) };
    };
    for (let oy = 0; oy < side; oy++) {
      for (let ox = 0; ox < side; ox++) {
        const [x, y] = [axis(ox), axis(oy)];
        const products = [
          f32(f32(x.d2 * y.d2) * canvas(x.i1, y.i1)),
          f32(f32(x.d1 * y.d2) * canvas(x.i2, y.i1)),
          f32(f32(x.d2 * y.d1) * canvas(x.i1, y.i2)),
          f32(f32(x.d1 * y.d1) * canvas(x.i2, y.i2)),
        ];
        out.push(products.reduce((sum, product) => f32(sum + product)));
      }
    }
  }
  return Float32Array.from(out);
}

/** The warp's formulas, each tap looked up on its own; the dot product is fused, as `warpAffine` states. */
export function naiveWarp(
  tap: (x: number, y: number, channel: number) => number,
  matrix: AffineMatrix,
  size: number,
): Float32Array {
  const [a, b, tx, c, d, ty] = affineEntries(matrix);
  const det = f32(f32(a * d) - f32(b * c));
  const entry = (value: number) => f32(f32(value / f32(Math.abs(det) + f32(1e-8))) * Math.sign(det));
  const [ia, ib, ic, id] = [entry(d), entry(-b), entry(-c), entry(a)];
  const shift = (p: number, q: number) => -f32(f32(p * tx) + f32(q * ty));
  const out: number[] = [];
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      const x = f32(f32(v * ib + f32(u * ia)) + shift(ia, ib));
      const y = f32(f32(v * id + f32(u * ic)) + shift(ic, id));
      const [x0, y0] = [Math.trunc(x), Math.trunc(y)];
      const [dx, dy] = [f32(x - x0), f32(y - y0)];
      for (let channel = 0; channel < 3; channel++) {
        const taps = [
          f32(f32(f32(1 - dx) * f32(1 - dy)) * tap(x0, y0, channel)),
          f32(f32(dx * f32(1 - dy)) * tap(x0 + 1, y0, channel)),
          f32(f32(f32(1 - dx) * dy) * tap(x0, y0 + 1, channel)),
          f32(f32(dx * dy) * tap(x0 + 1, y0 + 1, channel)),
        ];
        const sum = taps.reduce((total, value) => f32(total + value));
        out.push(sum > 0 ? Math.min(sum, 255) : 0);
      }
    }
  }
  return Float32Array.from(out);
}
