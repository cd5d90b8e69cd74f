import { affineEntries, affineMatrix, invertAffine } from '../ops/affine.js';
import { checkChannels } from '../ops/warp-affine.js';
import { checkFloats } from '../options.js';
import { LANDMARK_INPUT_LENGTH, LANDMARK106 } from './spec.js';

const f32 = Math.fround;

/** For one axis of the landmark input: the positions in the crop that each index reads. */
interface InputTaps {
  /** The crop index that is read first. */
  first: Int32Array;
  /** Distance from there. */
  fraction: Float32Array;
  /** The indices `[from, to)` that can see the crop at all; the rest of the input is 0. */
  from: number;
  to: number;
}

/** The map from crop to input only scales and shifts, so both axes share one table. */
function inputTaps(): InputTaps {
  const { cropToInput, cropSide, inputSide } = LANDMARK106;
  const { scale, offset } = cropToInput;
  const [a, , t] = affineEntries(invertAffine(affineMatrix(scale, 0, offset, 0, scale, offset)));
  const position = Float32Array.from({ length: inputSide }, (_, i) => f32(i * a) + t);
  const first = Int32Array.from(position);
  return {
    first,
    fraction: position.map((value, i) => value - first[i]),
    from: first.findIndex((index) => index >= -1),
    to: first.findLastIndex((index) => index < cropSide) + 1,
  };
}

export const INPUT_TAPS: Readonly<InputTaps> = inputTaps();

/**
 * Crop -> landmark input: the unrounded 224 crop scaled by 0.57142857 into the middle 128 x 128 of a 192 x 192 frame of
 * zeros, with the same bilinear rule as `warpAffine`.
 *
 * @param crop `(224, 224, 3)` float32, not rounded
 * @param out receives `(3, 192, 192)` float32 planes, 0..255; every element is written
 * @param channels which channel of the crop goes to which plane
 * @throws InvalidOptionError
 */
export function landmarkInput(
  crop: Float32Array,
  out: Float32Array,
  channels: readonly [number, number, number],
): void {
  const { cropSide, inputSide } = LANDMARK106;
  checkFloats('crop', crop, 3 * cropSide * cropSide);
  checkFloats('out', out, LANDMARK_INPUT_LENGTH);
  checkChannels('channels', channels, 3);
  const { first, fraction, from, to } = INPUT_TAPS;
  const plane = inputSide * inputSide;
  // A tap outside the crop gets the weight 0, so that it does not matter which pixel it reads.
  const inside = (index: number) => (index >= 0 && index < cropSide ? 1 : 0);
  const clamped = (index: number) => Math.min(Math.max(index, 0), cropSide - 1);
  out.fill(0);
  for (let v = from; v < to; v++) {
    const dy = fraction[v] * inside(first[v] + 1);
    const ey = f32(1 - fraction[v]) * inside(first[v]);
    const upper = clamped(first[v]) * cropSide;
    const lower = clamped(first[v] + 1) * cropSide;
    for (let u = from; u < to; u++) {
      const dx = fraction[u] * inside(first[u] + 1);
      const ex = f32(1 - fraction[u]) * inside(first[u]);
      const left = clamped(first[u]);
      const right = clamped(first[u] + 1);
      const w00 = f32(ex * ey);
      const w10 = f32(dx * ey);
      const w01 = f32(ex * dy);
      const w11 = f32(dx * dy);
      const p00 = (upper + left) * 3;
      const p10 = (upper + right) * 3;
      const p01 = (lower + left) * 3;
      const p11 = (lower + right) * 3;
      const at = v * inputSide + u;
      for (let k = 0; k < 3; k++) {
        const channel = channels[k];
        const value = f32(
          f32(f32(f32(w00 * crop[p00 + channel]) + f32(w10 * crop[p10 + channel])) + f32(w01 * crop[p01 + channel])) +
            f32(w11 * crop[p11 + channel]),
        );
        out[k * plane + at] = value > 0 ? Math.min(value, 255) : 0;
      }
    }
  }
}
