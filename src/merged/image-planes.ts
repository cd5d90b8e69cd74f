import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';

/** The image as the stages read it. Whole planes, because a weight is then one number for a pixel, not for a sample. */
export interface ImagePlanes {
  /** `(3, h, w)` uint8, blue, green, red */
  planes: Value;
  /** The sides, int64 scalars, and the longer of both. */
  width: Value;
  height: Value;
  longer: Value;
}

export function imagePlanes(g: GraphBuilder, image: Value): ImagePlanes {
  const { gather, max, transpose } = operators(g);
  const shape = g.add('Shape', [image]);
  const [height, width] = [gather(shape, 0), gather(shape, 1)];
  return { planes: transpose(image, [2, 0, 1]), width, height, longer: max(width, height) };
}
