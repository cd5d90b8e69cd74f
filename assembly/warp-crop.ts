import { blendPixel, storeWeights } from './four-pixels';
import {
  BYTE_ORDER,
  COLUMN_X,
  COLUMN_Y,
  CROP_BYTES,
  CROP_SIDE,
  EXACT_FRAME,
  EXACT_ROW_BYTES,
  PIXEL_SHIFT,
  TAP_OFFSETS,
} from './memory';

/** `f32(f32(column + row) + shift)` for four columns, held to the frame of zeros around an image of `length` pixels. */
function positions(columns: usize, row: v128, shift: v128, length: v128): v128 {
  // Sums in float64, rounded once: a fused multiply-add.
  const first = f32x4.demote_f64x2_zero(f64x2.add(v128.load(columns), row));
  const second = f32x4.demote_f64x2_zero(f64x2.add(v128.load(columns, 16), row));
  const position = f32x4.add(v128.shuffle<i64>(first, second, 0, 2), shift);
  return f32x4.pmin(f32x4.pmax(f32x4.splat(-2), position), length);
}

/** A pixel's first four samples as floats, of bytes or of what is floats already. */
function pixelAt<T>(address: usize): v128 {
  if (isFloat<T>()) return v128.load(address);
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load_ext<u8>(address)));
}

/**
 * Pixels of bytes as pixels of four floats, each once instead of for each of the up to four crop pixels that read it. Both may
 * lie in the same buffer, the bytes at its very end.
 */
export function floatPixels(from: usize, pixels: i32, pixelStride: i32, to: usize): void {
  const end = to + ((<usize>pixels) << PIXEL_SHIFT);
  for (; to < end; to += 16, from += pixelStride) v128.store(to, pixelAt<u8>(from));
}

/**
 * Added to an integer of less than 2^22 in float32, it leaves the integer in the lowest bits. That and rounding are one
 * instruction each, where converting with saturation takes seven.
 */
const MAGIC: f32 = 12582912;
const MAGIC_BITS: i32 = 0x4b400000;

/** Integers in float32, less than 2^22 in size, as int32. */
function integers(values: v128): v128 {
  return i32x4.sub(f32x4.add(values, f32x4.splat(MAGIC)), i32x4.splat(MAGIC_BITS));
}

/** Sixteen floats in [0, 255] as bytes, truncated toward zero. */
function truncated(values: usize): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(integers(f32x4.trunc(v128.load(values))), integers(f32x4.trunc(v128.load(values, 16)))),
    i16x8.narrow_i32x4_s(integers(f32x4.trunc(v128.load(values, 32))), integers(f32x4.trunc(v128.load(values, 48)))),
  );
}

/**
 * Image -> 224 crop, twice: exact into EXACT_FRAME, four samples a pixel in the image's order; truncated into CROP_BYTES,
 * in BYTE_ORDER.
 *
 * @param T what the image's samples are in memory
 * @param origin where the image's first pixel would lie if all of it were in memory. In memory must be what the crop
 *   shows and, where it reaches beyond the image, a frame of zeros two pixels wide
 * @param a,b,tx,c,d,ty crop -> image, finite
 */
function warpCrop<T>(
  origin: usize,
  rowStride: i32,
  pixelStride: i32,
  width: i32,
  height: i32,
  a: f32,
  b: f32,
  tx: f32,
  c: f32,
  d: f32,
  ty: f32,
): void {
  for (let u = 0; u < CROP_SIDE; u++) {
    store<f64>(COLUMN_X + (u << 3), <f64>(<f32>u * a));
    store<f64>(COLUMN_Y + (u << 3), <f64>(<f32>u * c));
  }
  const shiftX = f32x4.splat(tx);
  const shiftY = f32x4.splat(ty);
  const lengthX = f32x4.splat(<f32>width);
  const lengthY = f32x4.splat(<f32>height);
  const rowStrides = i32x4.splat(rowStride);
  const pixelStrides = i32x4.splat(pixelStride);
  const order = v128.load(BYTE_ORDER);
  let bytes: usize = CROP_BYTES;
  for (let v = 0; v < CROP_SIDE; v++) {
    const rowX = f64x2.splat(<f64>v * <f64>b);
    const rowY = f64x2.splat(<f64>v * <f64>d);
    let exact = EXACT_FRAME + (v + 1) * EXACT_ROW_BYTES + (1 << PIXEL_SHIFT);
    for (let u = 0; u < CROP_SIDE; u += 4, exact += 64, bytes += 12) {
      const x = positions(COLUMN_X + (u << 3), rowX, shiftX, lengthX);
      const y = positions(COLUMN_Y + (u << 3), rowY, shiftY, lengthY);
      const x0 = f32x4.trunc(x);
      const y0 = f32x4.trunc(y);
      storeWeights(f32x4.sub(x, x0), f32x4.sub(y, y0));
      v128.store(TAP_OFFSETS, i32x4.add(i32x4.mul(integers(y0), rowStrides), i32x4.mul(integers(x0), pixelStrides)));
      for (let lane: usize = 0; lane < 16; lane += 4) {
        const above = origin + load<i32>(TAP_OFFSETS + lane);
        const below = above + rowStride;
        blendPixel(
          lane,
          exact,
          pixelAt<T>(above),
          pixelAt<T>(above + pixelStride),
          pixelAt<T>(below),
          pixelAt<T>(below + pixelStride),
        );
      }
      v128.store(bytes, i8x16.swizzle(truncated(exact), order));
    }
  }
}

export function warpBytes(
  origin: usize,
  rowStride: i32,
  pixelStride: i32,
  width: i32,
  height: i32,
  a: f32,
  b: f32,
  tx: f32,
  c: f32,
  d: f32,
  ty: f32,
): void {
  warpCrop<u8>(origin, rowStride, pixelStride, width, height, a, b, tx, c, d, ty);
}

export function warpFloats(
  origin: usize,
  rowStride: i32,
  width: i32,
  height: i32,
  a: f32,
  b: f32,
  tx: f32,
  c: f32,
  d: f32,
  ty: f32,
): void {
  warpCrop<f32>(origin, rowStride, 1 << PIXEL_SHIFT, width, height, a, b, tx, c, d, ty);
}
