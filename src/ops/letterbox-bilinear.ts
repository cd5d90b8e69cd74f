import type { PixelView } from '../pixel-image.js';

const f32 = Math.fround;

/** How 8-bit samples become network input: `(p - mean) / std`. */
export interface Normalization {
  mean: number;
  std: number;
}

/** Where one output column or row reads along its axis, align_corners: the ends of both grids coincide. */
interface Taps {
  /** First source index; the second is its neighbour, or the same one at the far end. */
  first: Int32Array;
  second: Int32Array;
  /** Distance to the first and to the second tap, each the other's weight. */
  toFirst: Float32Array;
  toSecond: Float32Array;
}

/** `s = o * (length - 1) / (side - 1)` in float32, as ONNX Runtime's Resize (linear, align_corners) computes it. */
function alignCornersTaps(length: number, side: number): Taps {
  const taps: Taps = {
    first: new Int32Array(side),
    second: new Int32Array(side),
    toFirst: new Float32Array(side),
    toSecond: new Float32Array(side),
  };
  for (let o = 0; o < side; o++) {
    const s = f32(f32(o * (length - 1)) / (side - 1));
    const i1 = Math.min(Math.trunc(s), length - 1);
    const i2 = Math.min(i1 + 1, length - 1);
    taps.first[o] = i1;
    taps.second[o] = i2;
    taps.toFirst[o] = i1 === i2 ? 0.5 : Math.abs(s - i1);
    taps.toSecond[o] = i1 === i2 ? 0.5 : Math.abs(s - i2);
  }
  return taps;
}

/** How many leading output positions have their first tap inside the image; all later ones lie in the padding. */
function countInside(taps: Int32Array, length: number): number {
  let n = taps.length;
  while (n > 0 && taps[n - 1] >= length) n--;
  return n;
}

/**
 * Image -> detector input: the image at the top left of an `L x L` square (`L` its longer side) whose rest is 0 in
 * normalised units, resized to `side x side`, bilinear, align_corners, no antialiasing. Bit-identical to the reference:
 * every product and sum rounded to float32, upper left, upper right, lower left, lower right in that order.
 *
 * @returns `(3, side, side)` float32, RGB planes
 */
export function letterboxBilinear(image: PixelView, side: number, { mean, std }: Normalization): Float32Array {
  const { data, width, height, offset, rowStride, pixelStride } = image;
  const out = new Float32Array(3 * side * side);
  const normalized = Float32Array.from({ length: 256 }, (_, p) => f32(p - mean) / std);
  const taps = alignCornersTaps(Math.max(width, height), side);
  const columns = countInside(taps.first, width);
  const rows = countInside(taps.first, height);
  // Columns whose right neighbour is in the image too: no bounds test there.
  const innerColumns = countInside(taps.second.subarray(0, columns), width);
  const firstOffset = taps.first.map((x) => x * pixelStride);
  const secondOffset = taps.second.map((x) => x * pixelStride);
  const channels = [image.red, image.green, image.blue];

  for (let oy = 0; oy < rows; oy++) {
    const upper = offset + taps.first[oy] * rowStride;
    const lower = offset + taps.second[oy] * rowStride;
    const lowerInside = taps.second[oy] < height;
    const dy1 = taps.toFirst[oy];
    const dy2 = taps.toSecond[oy];
    for (let channel = 0; channel < 3; channel++) {
      const up = upper + channels[channel];
      const low = lower + channels[channel];
      const line = (channel * side + oy) * side;
      const inner = lowerInside ? innerColumns : 0;
      for (let ox = 0; ox < inner; ox++) {
        const dx1 = taps.toFirst[ox];
        const dx2 = taps.toSecond[ox];
        const left = firstOffset[ox];
        const right = secondOffset[ox];
        out[line + ox] =
          f32(
            f32(
              f32(f32(dx2 * dy2) * normalized[data[up + left]]) + f32(f32(dx1 * dy2) * normalized[data[up + right]]),
            ) + f32(f32(dx2 * dy1) * normalized[data[low + left]]),
          ) + f32(f32(dx1 * dy1) * normalized[data[low + right]]);
      }
      for (let ox = inner; ox < columns; ox++) {
        const dx1 = taps.toFirst[ox];
        const dx2 = taps.toSecond[ox];
        const rightInside = taps.second[ox] < width;
        const v11 = normalized[data[up + firstOffset[ox]]];
        const v21 = rightInside ? normalized[data[up + secondOffset[ox]]] : 0;
        const v12 = lowerInside ? normalized[data[low + firstOffset[ox]]] : 0;
        const v22 = rightInside && lowerInside ? normalized[data[low + secondOffset[ox]]] : 0;
        out[line + ox] =
          f32(f32(f32(f32(dx2 * dy2) * v11) + f32(f32(dx1 * dy2) * v21)) + f32(f32(dx2 * dy1) * v12)) +
          f32(f32(dx1 * dy1) * v22);
      }
    }
  }
  return out;
}
