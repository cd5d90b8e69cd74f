import { checkView, type PixelView } from '../image/pixel-image.js';
import { checkAnyNumber, checkFloats, checkInteger, checkObject } from '../options.js';

const f32 = Math.fround;

/** How 8-bit samples become network input: `(p - mean) / std`. */
export interface Normalization {
  mean: number;
  std: number;
}

/** Largest side of an output: three planes of it take 200 MB. */
const MAX_SIDE = 4096;

/** Planes to write into. @throws InvalidOptionError */
export const emptyPlanes = (side: number): Float32Array =>
  new Float32Array(3 * checkInteger('side', side, 1, MAX_SIDE) ** 2);

/** Refuses arguments of which no letterbox can be made. */
export function checkLetterbox(
  image: PixelView,
  side: number,
  normalization: Normalization,
  out: Float32Array,
): Normalization {
  checkView(image);
  checkInteger('side', side, 1, MAX_SIDE);
  checkFloats('out', out, 3 * side * side);
  const { mean, std } = checkObject('the normalization', normalization) as Normalization;
  return { mean: checkAnyNumber('mean', mean), std: checkAnyNumber('std', std) };
}

/** Where each output column or row reads along its axis: two neighbours and their weights. */
export interface AxisTaps {
  first: Int32Array;
  second: Int32Array;
  firstWeight: Float32Array;
  secondWeight: Float32Array;
  /** How many leading outputs see the image at all; the later ones lie in the padding. */
  inside: number;
}

/**
 * Taps along an axis of `length` pixels in a canvas of `canvas` pixels, align_corners (the ends of both grids coincide):
 * `s = o * (canvas - 1) / (side - 1)` in float32, as ONNX Runtime's Resize computes it. A second tap in the padding,
 * which is 0, has no weight and reads the first tap's pixel.
 */
export function alignCornersTaps(length: number, canvas: number, side: number): AxisTaps {
  const taps: AxisTaps = {
    first: new Int32Array(side),
    second: new Int32Array(side),
    firstWeight: new Float32Array(side),
    secondWeight: new Float32Array(side),
    inside: 0,
  };
  for (let o = 0; o < side; o++) {
    const s = f32(f32(o * (canvas - 1)) / (side - 1));
    const i1 = Math.min(Math.trunc(s), canvas - 1);
    const i2 = Math.min(i1 + 1, canvas - 1);
    if (i1 >= length) break;
    taps.inside = o + 1;
    taps.first[o] = i1;
    taps.second[o] = i2 < length ? i2 : i1;
    taps.firstWeight[o] = i1 === i2 ? 0.5 : Math.abs(s - i2);
    taps.secondWeight[o] = i2 >= length ? 0 : i1 === i2 ? 0.5 : Math.abs(s - i1);
  }
  return taps;
}

/** Zeros the part of `(3, side, side)` planes that lies right of and below the image. */
export function clearPadding(planes: Float32Array, side: number, columns: number, rows: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const plane = channel * side * side;
    for (let y = 0; columns < side && y < rows; y++) {
      planes.fill(0, plane + y * side + columns, plane + (y + 1) * side);
    }
    planes.fill(0, plane + rows * side, plane + side * side);
  }
}

/**
 * Image -> detector input: the image at the top left of an `L x L` square (`L` its longer side) whose rest is 0 in
 * normalised units, resized to `side x side`, bilinear, align_corners, no antialiasing. Bit-identical to the reference:
 * every product and sum rounded to float32, upper left, upper right, lower left, lower right in that order.
 *
 * @param out where to write; every element is written
 * @returns `out`: `(3, side, side)` float32, RGB planes
 * @throws InvalidImageError, InvalidOptionError
 */
export function letterboxBilinear(
  image: PixelView,
  side: number,
  normalization: Normalization,
  out: Float32Array = emptyPlanes(side),
): Float32Array {
  const { mean, std } = checkLetterbox(image, side, normalization, out);
  const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = image;
  const canvas = Math.max(width, height);
  const x = alignCornersTaps(width, canvas, side);
  const y = alignCornersTaps(height, canvas, side);
  clearPadding(out, side, x.inside, y.inside);
  const normalized = Float32Array.from({ length: 256 }, (_, p) => f32(p - mean) / std);
  const plane = side * side;

  for (let oy = 0; oy < y.inside; oy++) {
    const upper = offset + y.first[oy] * rowStride;
    const lower = offset + y.second[oy] * rowStride;
    const up = y.firstWeight[oy];
    const low = y.secondWeight[oy];
    for (let ox = 0, to = oy * side; ox < x.inside; ox++, to++) {
      const left = x.firstWeight[ox];
      const right = x.secondWeight[ox];
      const w11 = f32(left * up);
      const w21 = f32(right * up);
      const w12 = f32(left * low);
      const w22 = f32(right * low);
      const first = x.first[ox] * pixelStride;
      const second = x.second[ox] * pixelStride;
      const p11 = upper + first;
      const p21 = upper + second;
      const p12 = lower + first;
      const p22 = lower + second;
      out[to] =
        f32(
          f32(f32(w11 * normalized[data[p11 + red]]) + f32(w21 * normalized[data[p21 + red]])) +
            f32(w12 * normalized[data[p12 + red]]),
        ) + f32(w22 * normalized[data[p22 + red]]);
      out[to + plane] =
        f32(
          f32(f32(w11 * normalized[data[p11 + green]]) + f32(w21 * normalized[data[p21 + green]])) +
            f32(w12 * normalized[data[p12 + green]]),
        ) + f32(w22 * normalized[data[p22 + green]]);
      out[to + 2 * plane] =
        f32(
          f32(f32(w11 * normalized[data[p11 + blue]]) + f32(w21 * normalized[data[p21 + blue]])) +
            f32(w12 * normalized[data[p12 + blue]]),
        ) + f32(w22 * normalized[data[p22 + blue]]);
    }
  }
  return out;
}
