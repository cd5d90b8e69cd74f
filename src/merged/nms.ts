import type { GraphBuilder } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { BOX_CORNERS, type Candidates } from './decode-anchors.js';

/** `ops/nms.ts` follows the rules of this operator. Returns the kept candidates, best first. */
export function nms(
  g: GraphBuilder,
  { scores, points }: Candidates,
  iouThreshold: number,
  maxFaces: number,
): Candidates {
  const { gather, reshape, slice } = operators(g);
  const boxes = reshape(slice(points, 0, BOX_CORNERS, 1), [1, -1, 2 * BOX_CORNERS]);
  const selected = g.add('NonMaxSuppression', [
    boxes,
    reshape(scores, [1, 1, -1]),
    g.int64([maxFaces]),
    g.float([iouThreshold]),
  ]);
  // Rows of batch, class, box.
  const kept = gather(selected, 2, 1);
  return { scores: gather(scores, kept), points: gather(points, kept) };
}
