import { INPUT_TAPS } from '../landmark106/preprocess.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from './operators.js';

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

/** Where the landmark input reads the crop, the same for every face: crop pixels and weights of the four taps. */
export interface LandmarkTaps {
  /** `(4 * visible * visible)` int32 */
  indices: Value;
  /** Four times `(visible, visible * 3)`: one for each sample */
  weights: Value[];
}

export function landmarkTaps(g: GraphBuilder): LandmarkTaps {
  const { add, mul, concat, reshape } = operators(g);
  const axes = [axisTable(0), axisTable(1)];
  const visible = axes[0].indices.length;
  const corners = [0, 1].flatMap((lower) =>
    [0, 1].map((right) => {
      const rows = axes[lower].indices.map((index) => index * cropSide);
      const index = add(g.constant('int32', rows, [visible, 1]), g.constant('int32', axes[right].indices));
      const perSample = axes[right].weights.flatMap((weight) => [weight, weight, weight]);
      return {
        index: reshape(index, [-1]),
        weight: mul(g.float(axes[lower].weights, [visible, 1]), g.float(perSample)),
      };
    }),
  );
  return {
    indices: concat(
      corners.map(({ index }) => index),
      0,
    ),
    weights: corners.map(({ weight }) => weight),
  };
}

/**
 * Twin of `landmark106/preprocess.ts`: crop -> landmark input.
 *
 * @param crop `(224, 224 * 3)` float32 BGR, not rounded
 * @returns `(1, 3, 192, 192)` float32
 */
export function landmarkInput(
  g: GraphBuilder,
  { indices, weights }: LandmarkTaps,
  crop: Value,
  order: 'bgr' | 'rgb',
): Value {
  const { mul, sum, clip, gather, reshape, split, transpose } = operators(g);
  const { from, to } = INPUT_TAPS;
  const visible = to - from;
  const read = gather(reshape(crop, [cropSide * cropSide, 3]), indices);
  const taps = split(reshape(read, [4, visible, 3 * visible]), 4, 0);
  const blended = sum(weights.map((weight, i) => mul(weight, taps[i])));
  const planes = transpose(reshape(clip(blended, 0, 255), [visible, visible, 3]), [2, 0, 1]);
  const ordered = order === 'bgr' ? planes : gather(planes, g.int64([2, 1, 0]));
  const margin = inputSide - to;
  const padded = g.add('Pad', [ordered, g.int64([0, from, from, 0, margin, margin])]);
  return reshape(padded, [1, 3, inputSide, inputSide]);
}
