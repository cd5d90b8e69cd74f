import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { fusedMatMul, transformPoints } from './affine.js';

/** Twin of `composeAffine` in `ops/affine.ts`, on `(n, 6)` matrices. */
function composeAffine(g: GraphBuilder, outer: Value, inner: readonly number[]): Value {
  const { reshape } = operators(g);
  const square = g.float([...inner, 0, 0, 1], [1, 3, 3]);
  return reshape(fusedMatMul(g, reshape(outer, [-1, 2, 3]), square, 3), [-1, 6]);
}

/**
 * Twin of `landmark106/decode.ts`: network output -> points in image pixels, not yet truncated.
 *
 * @param values `(n, 212)`
 * @param cropToImage `(n, 6)`
 * @returns `(n, 106, 2)` float32
 */
export function decodeLandmarks(g: GraphBuilder, values: Value, cropToImage: Value): Value {
  const { add, mul, reshape } = operators(g);
  const { inputToCrop, inputSide, points } = LANDMARK106;
  const { scale, offset } = inputToCrop;
  const inputToImage = composeAffine(g, cropToImage, [scale, 0, offset, 0, scale, offset]);
  const frame = mul(add(reshape(values, [-1, points, 2]), 1), inputSide / 2);
  return transformPoints(g, inputToImage, frame);
}
