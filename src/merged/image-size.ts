import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from './operators.js';

/** The sides of the image, int64 scalars. */
export interface ImageSize {
  width: Value;
  height: Value;
  /** The longer of both. */
  longer: Value;
}

export function imageSize(g: GraphBuilder, image: Value): ImageSize {
  const { gather, max } = operators(g);
  const shape = g.add('Shape', [image]);
  const [height, width] = [gather(shape, 0), gather(shape, 1)];
  return { width, height, longer: max(width, height) };
}
