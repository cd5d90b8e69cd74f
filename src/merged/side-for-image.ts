import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import type { DetectorSide } from '../scrfd/detector-side.js';
import type { ImagePlanes } from './image-planes.js';

/** Twin of `sideForImage` in `scrfd/detector-side.ts`: an int64 scalar. */
export function sideForImage(g: GraphBuilder, { longer }: ImagePlanes, side: DetectorSide): Value {
  if (typeof side === 'number') return g.int64(side);
  const { add, div, mul, min, max } = operators(g);
  const multiple = g.int64(side.multiple);
  const holding = mul(div(add(longer, g.int64(side.multiple - 1)), multiple), multiple);
  return min(max(holding, g.int64(side.least)), g.int64(side.most));
}
