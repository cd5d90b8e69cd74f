import { AREA_FIRST_WEIGHTS, AREA_LAST_WEIGHTS, AREA_SUMS, FIRST_OFFSETS, SECOND_OFFSETS } from './memory';

/** The first or the last two of four integers as float64. */
function low(values: v128): v128 {
  return f64x2.convert_low_i32x4_s(values);
}
function high(values: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i64>(values, values, 1, 1));
}

/**
 * Adds one source row to the sums of an output row, all samples of a pixel at once: `weight` times the first pixel's
 * share, the whole pixels and the last pixel's share. At most 256 whole pixels: they are summed in 16 bits.
 */
export function addAreaRow(row: usize, columns: i32, pixelStride: i32, weight: f64): void {
  const weights = f64x2.splat(weight);
  let to: usize = AREA_SUMS;
  for (let i = 0; i < columns; i++, to += 32) {
    const from = row + load<i32>(FIRST_OFFSETS + (i << 2));
    const end = row + load<i32>(SECOND_OFFSETS + (i << 2));
    let whole = i16x8.splat(0);
    for (let pixel = from + pixelStride; pixel < end; pixel += pixelStride) {
      whole = i16x8.add(whole, v128.load_ext<u8>(pixel));
    }
    const inner = i32x4.extend_low_i16x8_u(whole);
    const first = i32x4.extend_low_i16x8_u(v128.load_ext<u8>(from));
    const last = i32x4.extend_low_i16x8_u(v128.load_ext<u8>(end));
    const w1 = v128.load_splat<f64>(AREA_FIRST_WEIGHTS + (i << 3));
    const w2 = v128.load_splat<f64>(AREA_LAST_WEIGHTS + (i << 3));
    const a = f64x2.add(f64x2.add(f64x2.mul(w1, low(first)), low(inner)), f64x2.mul(w2, low(last)));
    const b = f64x2.add(f64x2.add(f64x2.mul(w1, high(first)), high(inner)), f64x2.mul(w2, high(last)));
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(weights, a)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(weights, b)), 16);
  }
}
