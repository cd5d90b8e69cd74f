import { FIRST_OFFSETS, FIRST_WEIGHTS, MAX_SIDE, OUTPUT_ROWS, SECOND_OFFSETS, SECOND_WEIGHTS } from './memory';

/** The first four bytes of four pixels, one pixel a lane. */
function gather(row: usize, offsets: usize): v128 {
  let pixels = v128.load_zero<u32>(row + load<u32>(offsets));
  pixels = v128.load_lane<u32>(row + load<u32>(offsets, 4), pixels, 1);
  pixels = v128.load_lane<u32>(row + load<u32>(offsets, 8), pixels, 2);
  return v128.load_lane<u32>(row + load<u32>(offsets, 12), pixels, 3);
}

/** `p - mean` for one sample of four pixels. */
function centred(pixels: v128, shift: i32, mean: v128): v128 {
  return f32x4.sub(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, shift), i32x4.splat(0xff))), mean);
}

/**
 * One output row of the first three samples of a pixel, four columns at a time; the tables must be valid up to the next
 * multiple of four. Dividing by a power of two commutes with rounding, so it is left to the end.
 */
export function letterboxRow(
  upper: usize,
  lower: usize,
  columns: i32,
  upperWeight: f32,
  lowerWeight: f32,
  mean: f32,
  reciprocal: f32,
): void {
  const up = f32x4.splat(upperWeight);
  const low = f32x4.splat(lowerWeight);
  const means = f32x4.splat(mean);
  const scale = f32x4.splat(reciprocal);
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
    for (let sample: usize = 0; sample < 3; sample++) {
      const shift = (<i32>sample) << 3;
      let sum = f32x4.mul(w11, centred(p11, shift, means));
      sum = f32x4.add(sum, f32x4.mul(w21, centred(p21, shift, means)));
      sum = f32x4.add(sum, f32x4.mul(w12, centred(p12, shift, means)));
      sum = f32x4.add(sum, f32x4.mul(w22, centred(p22, shift, means)));
      v128.store(OUTPUT_ROWS + sample * (MAX_SIDE << 2) + i, f32x4.mul(sum, scale));
    }
  }
}
