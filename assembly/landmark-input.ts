import { blendPixel, storeWeights } from './four-pixels';
import {
  EXACT_FRAME,
  EXACT_ROW_BYTES,
  FOUR_PIXELS,
  INPUT_FIRST,
  INPUT_FRACTION,
  INPUT_PLANES,
  INPUT_SIDE,
  PIXEL_SHIFT,
} from './memory';

/**
 * Exact crop -> landmark input, a plane for each of a pixel's first three samples; only the rows and columns
 * `[from, to)` that see the crop. The rest of INPUT_PLANES is never written and stays 0.
 */
export function landmarkPlanes(from: i32, to: i32): void {
  const plane: usize = INPUT_SIDE * INPUT_SIDE * 4;
  for (let v = from; v < to; v++) {
    const upper = EXACT_FRAME + load<i32>(INPUT_FIRST + (v << 2)) * EXACT_ROW_BYTES;
    const lower = upper + EXACT_ROW_BYTES;
    const dy = v128.load_splat<f32>(INPUT_FRACTION + (v << 2));
    let out = INPUT_PLANES + ((v * INPUT_SIDE + from) << 2);
    for (let u = from; u < to; u += 4, out += 16) {
      storeWeights(v128.load(INPUT_FRACTION + (u << 2)), dy);
      for (let lane: usize = 0; lane < 16; lane += 4) {
        const column = load<i32>(INPUT_FIRST + (u << 2) + lane) << PIXEL_SHIFT;
        const above = upper + column;
        const below = lower + column;
        blendPixel(lane, FOUR_PIXELS, v128.load(above), v128.load(above, 16), v128.load(below), v128.load(below, 16));
      }
      // Four pixels of samples -> samples of four pixels.
      const p0 = v128.load(FOUR_PIXELS);
      const p1 = v128.load(FOUR_PIXELS, 16);
      const p2 = v128.load(FOUR_PIXELS, 32);
      const p3 = v128.load(FOUR_PIXELS, 48);
      const low01 = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
      const low23 = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
      const high01 = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
      const high23 = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
      v128.store(out + plane, v128.shuffle<i64>(low01, low23, 1, 3));
      v128.store(out + 2 * plane, v128.shuffle<i64>(high01, high23, 0, 2));
    }
  }
}
