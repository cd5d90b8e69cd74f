import {
  EXACT_FRAME,
  EXACT_ROW_BYTES,
  INPUT_FIRST,
  INPUT_FRACTION,
  INPUT_PLANES,
  INPUT_SIDE,
  PIXEL_SHIFT,
} from './memory';

/** The four weighted taps summed in the reference's order, clipped to what a pixel can hold. */
function blend(upper: usize, lower: usize, w00: v128, w10: v128, w01: v128, w11: v128): v128 {
  let sum = f32x4.mul(w00, v128.load(upper));
  sum = f32x4.add(sum, f32x4.mul(w10, v128.load(upper, 16)));
  sum = f32x4.add(sum, f32x4.mul(w01, v128.load(lower)));
  sum = f32x4.add(sum, f32x4.mul(w11, v128.load(lower, 16)));
  return f32x4.pmin(f32x4.pmax(f32x4.splat(0), sum), f32x4.splat(255));
}

/**
 * Exact crop -> landmark input, only the rows and columns `[from, to)` that see the crop; the rest of INPUT_PLANES is
 * never written and stays 0.
 *
 * @param first,second,third which channel of the image goes to which plane
 */
export function landmarkPlanes(from: i32, to: i32, first: i32, second: i32, third: i32): void {
  const one = f32x4.splat(1);
  const plane: usize = INPUT_SIDE * INPUT_SIDE * 4;
  for (let v = from; v < to; v++) {
    const upper = EXACT_FRAME + load<i32>(INPUT_FIRST + (v << 2)) * EXACT_ROW_BYTES;
    const lower = upper + EXACT_ROW_BYTES;
    const fraction = load<f32>(INPUT_FRACTION + (v << 2));
    const dy = f32x4.splat(fraction);
    const ey = f32x4.splat(1 - fraction);
    let out = INPUT_PLANES + ((v * INPUT_SIDE + from) << 2);
    for (let u = from; u < to; u += 4) {
      const taps = INPUT_FIRST + (u << 2);
      const dx = v128.load(INPUT_FRACTION + (u << 2));
      const ex = f32x4.sub(one, dx);
      const w00 = f32x4.mul(ex, ey);
      const w10 = f32x4.mul(dx, ey);
      const w01 = f32x4.mul(ex, dy);
      const w11 = f32x4.mul(dx, dy);
      const t0 = load<i32>(taps) << PIXEL_SHIFT;
      const t1 = load<i32>(taps, 4) << PIXEL_SHIFT;
      const t2 = load<i32>(taps, 8) << PIXEL_SHIFT;
      const t3 = load<i32>(taps, 12) << PIXEL_SHIFT;
      const p0 = blend(
        upper + t0,
        lower + t0,
        v128.shuffle<i32>(w00, w00, 0, 0, 0, 0),
        v128.shuffle<i32>(w10, w10, 0, 0, 0, 0),
        v128.shuffle<i32>(w01, w01, 0, 0, 0, 0),
        v128.shuffle<i32>(w11, w11, 0, 0, 0, 0),
      );
      const p1 = blend(
        upper + t1,
        lower + t1,
        v128.shuffle<i32>(w00, w00, 1, 1, 1, 1),
        v128.shuffle<i32>(w10, w10, 1, 1, 1, 1),
        v128.shuffle<i32>(w01, w01, 1, 1, 1, 1),
        v128.shuffle<i32>(w11, w11, 1, 1, 1, 1),
      );
      const p2 = blend(
        upper + t2,
        lower + t2,
        v128.shuffle<i32>(w00, w00, 2, 2, 2, 2),
        v128.shuffle<i32>(w10, w10, 2, 2, 2, 2),
        v128.shuffle<i32>(w01, w01, 2, 2, 2, 2),
        v128.shuffle<i32>(w11, w11, 2, 2, 2, 2),
      );
      const p3 = blend(
        upper + t3,
        lower + t3,
        v128.shuffle<i32>(w00, w00, 3, 3, 3, 3),
        v128.shuffle<i32>(w10, w10, 3, 3, 3, 3),
        v128.shuffle<i32>(w01, w01, 3, 3, 3, 3),
        v128.shuffle<i32>(w11, w11, 3, 3, 3, 3),
      );
      // Four pixels of channels -> channels of four pixels.
      const low01 = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
      const low23 = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
      const high01 = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
      const high23 = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
      const c0 = v128.shuffle<i64>(low01, low23, 0, 2);
      const c1 = v128.shuffle<i64>(low01, low23, 1, 3);
      const c2 = v128.shuffle<i64>(high01, high23, 0, 2);
      v128.store(out, first === 0 ? c0 : first === 1 ? c1 : c2);
      v128.store(out + plane, second === 0 ? c0 : second === 1 ? c1 : c2);
      v128.store(out + 2 * plane, third === 0 ? c0 : third === 1 ? c1 : c2);
      out += 16;
    }
  }
}
