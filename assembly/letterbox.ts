import {
  BLOCK_PLANE_BYTES,
  FIRST_OFFSETS,
  FIRST_WEIGHTS,
  LOWER_ROWS,
  LOWER_WEIGHTS,
  OUTPUT_ROWS,
  SECOND_OFFSETS,
  SECOND_WEIGHTS,
  UPPER_ROWS,
  UPPER_WEIGHTS,
} from './memory';

/** The first four bytes of four pixels, one pixel a lane. */
function gather(row: usize, offsets: usize): v128 {
  let pixels = v128.load_zero<u32>(row + load<u32>(offsets));
  pixels = v128.load_lane<u32>(row + load<u32>(offsets, 4), pixels, 1);
  pixels = v128.load_lane<u32>(row + load<u32>(offsets, 8), pixels, 2);
  return v128.load_lane<u32>(row + load<u32>(offsets, 12), pixels, 3);
}

/** `p - mean` for one sample of four pixels. */
function centred(pixels: v128, shift: i32, mean: v128): v128 {
  const sample = v128.and(shift > 0 ? i32x4.shr_u(pixels, shift) : pixels, i32x4.splat(0xff));
  return f32x4.sub(f32x4.convert_i32x4_s(sample), mean);
}

/** Sum of the four weighted taps of one sample of four pixels: each product and sum rounded, in the reference's order. */
function blend(
  shift: i32,
  w11: v128,
  p11: v128,
  w21: v128,
  p21: v128,
  w12: v128,
  p12: v128,
  w22: v128,
  p22: v128,
  mean: v128,
): v128 {
  let sum = f32x4.mul(w11, centred(p11, shift, mean));
  sum = f32x4.add(sum, f32x4.mul(w21, centred(p21, shift, mean)));
  sum = f32x4.add(sum, f32x4.mul(w12, centred(p12, shift, mean)));
  return f32x4.add(sum, f32x4.mul(w22, centred(p22, shift, mean)));
}

/**
 * Output rows of the first three samples of a pixel, four columns at a time; the tables of columns must be valid up to the next
 * multiple of four. What is right of the columns becomes 0. Dividing by a power of two commutes with rounding, so it is left to
 * the end.
 *
 * @param origin where the source row of index 0 would lie
 */
export function letterboxRows(
  origin: usize,
  rowStride: i32,
  rows: i32,
  columns: i32,
  side: i32,
  mean: f32,
  reciprocal: f32,
): void {
  const means = f32x4.splat(mean);
  const scale = f32x4.splat(reciprocal);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const upper = origin + load<i32>(UPPER_ROWS + (r << 2)) * rowStride;
    const lower = origin + load<i32>(LOWER_ROWS + (r << 2)) * rowStride;
    const up = v128.load_splat<f32>(UPPER_WEIGHTS + (r << 2));
    const low = v128.load_splat<f32>(LOWER_WEIGHTS + (r << 2));
    const out = OUTPUT_ROWS + ((r * side) << 2);
    for (let i: usize = 0, end = (<usize>columns) << 2; i < end; i += 16) {
      const left = v128.load(FIRST_WEIGHTS + i);
      const right = v128.load(SECOND_WEIGHTS + i);
      const w11 = f32x4.mul(left, up);
      const w21 = f32x4.mul(right, up);
      const w12 = f32x4.mul(left, low);
      const w22 = f32x4.mul(right, low);
      const p11 = gather(upper, FIRST_OFFSETS + i);
      const p21 = gather(upper, SECOND_OFFSETS + i);
      const p12 = gather(lower, FIRST_OFFSETS + i);
      const p22 = gather(lower, SECOND_OFFSETS + i);
      const red = blend(0, w11, p11, w21, p21, w12, p12, w22, p22, means);
      const green = blend(8, w11, p11, w21, p21, w12, p12, w22, p22, means);
      const blue = blend(16, w11, p11, w21, p21, w12, p12, w22, p22, means);
      v128.store(out + i, f32x4.mul(red, scale));
      v128.store(out + BLOCK_PLANE_BYTES + i, f32x4.mul(green, scale));
      v128.store(out + 2 * BLOCK_PLANE_BYTES + i, f32x4.mul(blue, scale));
    }
    for (let sample: usize = 0; sample < 3 && columns < side; sample++) {
      memory.fill(out + sample * BLOCK_PLANE_BYTES + ((<usize>columns) << 2), 0, (<usize>(side - columns)) << 2);
    }
  }
}
