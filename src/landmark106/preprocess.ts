import { affineEntries, affineMatrix, invertAffine } from '../ops/affine.js';
import { LANDMARK106 } from './spec.js';

const f32 = Math.fround;

/** For one axis: the crop index that an input index reads first, and its distance from there. */
interface AxisTaps {
  first: Int32Array;
  fraction: Float32Array;
}

/** The map from crop to input only scales and shifts, so both axes share one table. */
function axisTaps(): AxisTaps {
  const { cropToInput, inputSide } = LANDMARK106;
  const { scale, offset } = cropToInput;
  const [a, , t] = affineEntries(invertAffine(affineMatrix(scale, 0, offset, 0, scale, offset)));
  const taps: AxisTaps = { first: new Int32Array(inputSide), fraction: new Float32Array(inputSide) };
  for (let i = 0; i < inputSide; i++) {
    const position = f32(f32(i * a) + t);
    taps.first[i] = Math.trunc(position);
    taps.fraction[i] = position - Math.trunc(position);
  }
  return taps;
}

const TAPS = axisTaps();
/** Input rows and columns that can see the crop at all; the rest of the input is 0. */
const VISIBLE_FROM = TAPS.first.findIndex((first) => first >= -1);
const VISIBLE_TO = TAPS.first.findLastIndex((first) => first < LANDMARK106.cropSide) + 1;

/**
 * Crop -> landmark input: the unrounded 224 crop scaled by 0.57142857 into the middle 128 x 128 of a 192 x 192 frame of
 * zeros, with the same bilinear rule as `warpAffine`.
 *
 * @param crop `(224, 224, 3)` float32, not rounded
 * @param out receives `(3, 192, 192)` float32 planes, 0..255; zeros where nothing is written
 * @param channels which channel of the crop goes to which plane
 */
export function landmarkInput(
  crop: Float32Array,
  out: Float32Array,
  channels: readonly [number, number, number],
): void {
  const { cropSide, inputSide } = LANDMARK106;
  const plane = inputSide * inputSide;
  const inside = (i: number) => i >= 0 && i < cropSide;
  for (let v = VISIBLE_FROM; v < VISIBLE_TO; v++) {
    const y0 = TAPS.first[v];
    const dy = TAPS.fraction[v];
    const ey = f32(1 - dy);
    // A row outside the crop reads 0: any row will do when its weight is.
    const upper = inside(y0) ? 1 : 0;
    const lower = inside(y0 + 1) ? 1 : 0;
    const upperRow = (upper ? y0 : 0) * cropSide;
    const lowerRow = (lower ? y0 + 1 : 0) * cropSide;
    for (let u = VISIBLE_FROM; u < VISIBLE_TO; u++) {
      const x0 = TAPS.first[u];
      const dx = TAPS.fraction[u];
      const ex = f32(1 - dx);
      const left = inside(x0) ? 1 : 0;
      const right = inside(x0 + 1) ? 1 : 0;
      const leftColumn = left ? x0 : 0;
      const rightColumn = right ? x0 + 1 : 0;
      const w00 = upper * left * f32(ex * ey);
      const w10 = upper * right * f32(dx * ey);
      const w01 = lower * left * f32(ex * dy);
      const w11 = lower * right * f32(dx * dy);
      for (let k = 0; k < 3; k++) {
        const channel = channels[k];
        const value = f32(
          f32(
            f32(
              f32(w00 * crop[(upperRow + leftColumn) * 3 + channel]) +
                f32(w10 * crop[(upperRow + rightColumn) * 3 + channel]),
            ) + f32(w01 * crop[(lowerRow + leftColumn) * 3 + channel]),
          ) + f32(w11 * crop[(lowerRow + rightColumn) * 3 + channel]),
        );
        out[k * plane + v * inputSide + u] = value > 0 ? Math.min(value, 255) : 0;
      }
    }
  }
}
