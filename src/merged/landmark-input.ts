import { INPUT_TAPS } from '../landmark106/preprocess.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';

const { cropSide, inputSide } = LANDMARK106;

/** Along one axis of the visible part: the crop index of a tap and its weight; 0 for a tap outside, which reads 0. */
function axisTable(second: 0 | 1): { indices: number[]; weights: number[] } {
  const { first, fraction, from, to } = INPUT_TAPS;
  const visible = Array.from(first.subarray(from, to), (index, i) => ({
    index: index + second,
    dx: fraction[from + i],
  }));
  const inside = ({ index }: { index: number }) => index >= 0 && index < cropSide;
  return {
    indices: visible.map((tap) => (inside(tap) ? tap.index : 0)),
    weights: visible.map((tap) => (inside(tap) ? Math.fround(second ? tap.dx : 1 - tap.dx) : 0)),
  };
}

/** Where one of the four taps reads the crop for the whole visible part, the same for every face. */
export interface LandmarkTap {
  /** `(visible * visible)` int32 */
  pixels: Value;
  weights: Value;
}

export function landmarkTaps(g: GraphBuilder): LandmarkTap[] {
  const { add, mul, reshape } = operators(g);
  const axes = [axisTable(0), axisTable(1)];
  const visible = axes[0].indices.length;
  const tap = (right: number, lower: number) => {
    const rows = axes[lower].indices.map((index) => index * cropSide);
    const pixels = add(g.constant('int32', rows, [visible, 1]), g.constant('int32', axes[right].indices));
    const weights = mul(g.float(axes[lower].weights, [visible, 1]), g.float(axes[right].weights));
    return { pixels: reshape(pixels, [-1]), weights: reshape(weights, [-1]) };
  };
  return [tap(0, 0), tap(1, 0), tap(0, 1), tap(1, 1)];
}

/**
 * Twin of `landmark106/preprocess.ts`: crop -> landmark input.
 *
 * @param crop `(3, 224 * 224)` float32 BGR, not rounded
 * @returns `(1, 3, 192, 192)` float32
 */
export function landmarkInput(g: GraphBuilder, taps: readonly LandmarkTap[], crop: Value, order: 'bgr' | 'rgb'): Value {
  const { mul, sum, clip, gather, pick, reshape } = operators(g);
  const { from, to } = INPUT_TAPS;
  const blended = sum(taps.map(({ pixels, weights }) => mul(weights, pick(crop, pixels))));
  const planes = reshape(clip(blended, 0, 255), [3, to - from, to - from]);
  const ordered = order === 'bgr' ? planes : gather(planes, g.int64([2, 1, 0]));
  const margin = inputSide - to;
  const padded = g.add('Pad', [ordered, g.int64([0, from, from, 0, margin, margin])]);
  return reshape(padded, [1, 3, inputSide, inputSide]);
}
