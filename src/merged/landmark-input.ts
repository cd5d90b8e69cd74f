import { INPUT_TAPS } from '../landmark106/preprocess.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from './operators.js';

const { cropSide, inputSide } = LANDMARK106;

/** The taps of one corner for the whole visible part of the landmark input: crop pixels and a weight for each sample. */
function cornerTable(right: 0 | 1, lower: 0 | 1): { indices: number[]; weights: number[] } {
  const { first, fraction, from, to } = INPUT_TAPS;
  const tap = (i: number, second: 0 | 1) => {
    const index = first[i] + second;
    const inside = index >= 0 && index < cropSide;
    // A tap outside the crop reads 0: any pixel will do when its weight is.
    return { index: inside ? index : 0, weight: inside ? Math.fround(second ? fraction[i] : 1 - fraction[i]) : 0 };
  };
  const indices: number[] = [];
  const weights: number[] = [];
  for (let v = from; v < to; v++) {
    const y = tap(v, lower);
    for (let u = from; u < to; u++) {
      const x = tap(u, right);
      indices.push(y.index * cropSide + x.index);
      const weight = Math.fround(x.weight * y.weight);
      weights.push(weight, weight, weight);
    }
  }
  return { indices, weights };
}

/**
 * Twin of `landmark106/preprocess.ts`: crop -> landmark input. The map is the same for every face, so pixels and weights
 * are constants.
 *
 * @param crop `(224, 224 * 3)` float32 BGR, not rounded
 * @returns `(1, 3, 192, 192)` float32
 */
export function landmarkInput(g: GraphBuilder, crop: Value, order: 'bgr' | 'rgb'): Value {
  const { mul, sum, clip, gather, reshape, transpose } = operators(g);
  const { from, to } = INPUT_TAPS;
  const visible = to - from;
  const pixels = reshape(crop, [cropSide * cropSide, 3]);
  const corner = (right: 0 | 1, lower: 0 | 1) => {
    const { indices, weights } = cornerTable(right, lower);
    const samples = gather(pixels, g.constant('int32', indices));
    return mul(samples, g.float(weights, [indices.length, 3]));
  };
  const blended = sum([corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)]);
  const planes = transpose(reshape(clip(blended, 0, 255), [visible, visible, 3]), [2, 0, 1]);
  const ordered = order === 'bgr' ? planes : gather(planes, g.int64([2, 1, 0]));
  const margin = inputSide - to;
  const padded = g.add('Pad', [ordered, g.int64([0, from, from, 0, margin, margin])]);
  return reshape(padded, [1, 3, inputSide, inputSide]);
}
