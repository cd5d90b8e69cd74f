import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import type { ImagePlanes } from './image-planes.js';

/**
 * Twin of `toImage` in `detect-faces.ts`: detector input pixels -> image pixels, clipped to the image, truncated.
 *
 * @param points `(n, k, 2)` float32
 * @param side int64 scalar
 * @returns the same in int64
 */
export function toImage(g: GraphBuilder, points: Value, { width, height, longer }: ImagePlanes, side: Value): Value {
  const { mul, div, min, max, cast, concat, reshape } = operators(g);
  const limits = cast(concat([reshape(width, [1]), reshape(height, [1])], 0), 'float');
  const scaled = div(mul(points, cast(longer, 'float')), cast(side, 'float'));
  return cast(min(max(scaled, 0), limits), 'int64');
}
