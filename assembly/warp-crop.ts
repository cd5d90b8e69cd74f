import {
  BYTE_ORDER,
  COLUMN_X,
  COLUMN_Y,
  CROP_BYTES,
  CROP_SIDE,
  EXACT_FRAME,
  EXACT_ROW_BYTES,
  PIXEL_SHIFT,
} from './memory';

/** `f32(f32(column + row) + shift)` for four columns, held to the frame of zeros; NaN goes there too. */
function positions(columns: usize, row: v128, shift: v128, low: v128, high: v128): v128 {
  // Sums in float64, rounded once: a fused multiply-add.
  const first = f32x4.demote_f64x2_zero(f64x2.add(v128.load(columns), row));
  const second = f32x4.demote_f64x2_zero(f64x2.add(v128.load(columns, 16), row));
  const position = f32x4.add(v128.shuffle<i64>(first, second, 0, 2), shift);
  return f32x4.pmin(f32x4.pmax(low, position), high);
}

/** A pixel's first four samples as floats. */
function pixelAt(address: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load_ext<u8>(address)));
}

/** The four weighted taps summed in the reference's order, clipped to what a pixel can hold. */
function blend(address: usize, rowStride: i32, pixelStride: i32, w00: v128, w10: v128, w01: v128, w11: v128): v128 {
  const below = address + rowStride;
  let sum = f32x4.mul(w00, pixelAt(address));
  sum = f32x4.add(sum, f32x4.mul(w10, pixelAt(address + pixelStride)));
  sum = f32x4.add(sum, f32x4.mul(w01, pixelAt(below)));
  sum = f32x4.add(sum, f32x4.mul(w11, pixelAt(below + pixelStride)));
  return f32x4.pmin(f32x4.pmax(f32x4.splat(0), sum), f32x4.splat(255));
}

/**
 * Image -> 224 crop, twice: exact into EXACT_FRAME, truncated to bytes into CROP_BYTES.
 *
 * @param origin where the image's first pixel would lie if all of it were in memory; what the crop shows must be, with
 *   a frame of two zero pixels where it reaches beyond the image
 * @param a,b,tx,c,d,ty crop -> image
 */
export function warpCrop(
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
  const before = f32x4.splat(-2);
  const behindX = f32x4.splat(<f32>width);
  const behindY = f32x4.splat(<f32>height);
  const one = f32x4.splat(1);
  const rowStrides = i32x4.splat(rowStride);
  const pixelStrides = i32x4.splat(pixelStride);
  const order = v128.load(BYTE_ORDER);
  let bytes: usize = CROP_BYTES;
  for (let v = 0; v < CROP_SIDE; v++) {
    const rowX = f64x2.splat(<f64>v * <f64>b);
    const rowY = f64x2.splat(<f64>v * <f64>d);
    let to = EXACT_FRAME + (v + 1) * EXACT_ROW_BYTES + (1 << PIXEL_SHIFT);
    for (let u = 0; u < CROP_SIDE; u += 4) {
      const x = positions(COLUMN_X + (u << 3), rowX, shiftX, before, behindX);
      const y = positions(COLUMN_Y + (u << 3), rowY, shiftY, before, behindY);
      const x0 = i32x4.trunc_sat_f32x4_s(x);
      const y0 = i32x4.trunc_sat_f32x4_s(y);
      const dx = f32x4.sub(x, f32x4.convert_i32x4_s(x0));
      const dy = f32x4.sub(y, f32x4.convert_i32x4_s(y0));
      const ex = f32x4.sub(one, dx);
      const ey = f32x4.sub(one, dy);
      const w00 = f32x4.mul(ex, ey);
      const w10 = f32x4.mul(dx, ey);
      const w01 = f32x4.mul(ex, dy);
      const w11 = f32x4.mul(dx, dy);
      const offsets = i32x4.add(i32x4.mul(y0, rowStrides), i32x4.mul(x0, pixelStrides));
      const p0 = blend(
        origin + i32x4.extract_lane(offsets, 0),
        rowStride,
        pixelStride,
        v128.shuffle<i32>(w00, w00, 0, 0, 0, 0),
        v128.shuffle<i32>(w10, w10, 0, 0, 0, 0),
        v128.shuffle<i32>(w01, w01, 0, 0, 0, 0),
        v128.shuffle<i32>(w11, w11, 0, 0, 0, 0),
      );
      const p1 = blend(
        origin + i32x4.extract_lane(offsets, 1),
        rowStride,
        pixelStride,
        v128.shuffle<i32>(w00, w00, 1, 1, 1, 1),
        v128.shuffle<i32>(w10, w10, 1, 1, 1, 1),
        v128.shuffle<i32>(w01, w01, 1, 1, 1, 1),
        v128.shuffle<i32>(w11, w11, 1, 1, 1, 1),
      );
      const p2 = blend(
        origin + i32x4.extract_lane(offsets, 2),
        rowStride,
        pixelStride,
        v128.shuffle<i32>(w00, w00, 2, 2, 2, 2),
        v128.shuffle<i32>(w10, w10, 2, 2, 2, 2),
        v128.shuffle<i32>(w01, w01, 2, 2, 2, 2),
        v128.shuffle<i32>(w11, w11, 2, 2, 2, 2),
      );
      const p3 = blend(
        origin + i32x4.extract_lane(offsets, 3),
        rowStride,
        pixelStride,
        v128.shuffle<i32>(w00, w00, 3, 3, 3, 3),
        v128.shuffle<i32>(w10, w10, 3, 3, 3, 3),
        v128.shuffle<i32>(w01, w01, 3, 3, 3, 3),
        v128.shuffle<i32>(w11, w11, 3, 3, 3, 3),
      );
      v128.store(to, p0);
      v128.store(to, p1, 16);
      v128.store(to, p2, 32);
      v128.store(to, p3, 48);
      v128.store(bytes, i8x16.swizzle(truncated(p0, p1, p2, p3), order));
      to += 64;
      bytes += 12;
    }
  }
}

/** Sixteen floats in [0, 255] as bytes, truncated toward zero. */
function truncated(p0: v128, p1: v128, p2: v128, p3: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(p0), i32x4.trunc_sat_f32x4_s(p1)),
    i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(p2), i32x4.trunc_sat_f32x4_s(p3)),
  );
}
