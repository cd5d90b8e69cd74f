import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ImagePlanes } from './image-planes.js';
import { letterboxArea } from './letterbox-area.js';
import { letterboxBilinear } from './letterbox-bilinear.js';

/** `(3, rows, columns)` BGR -> `(1, 3, side, side)` RGB, 0 where the image ends. */
function toDetectorInput(g: GraphBuilder, visible: Value, side: Value): Value {
  const { gather, sub, concat, reshape } = operators(g);
  const planes = gather(visible, g.int64([2, 1, 0]));
  const length = reshape(side, [1]);
  const padding = sub(concat([g.int64([3]), length, length], 0), g.add('Shape', [planes]));
  const padded = g.add('Pad', [planes, concat([g.int64([0, 0, 0]), padding], 0)]);
  return g.add('Unsqueeze', [padded, g.int64([0])]);
}

/**
 * Image -> detector input `(1, 3, side, side)` float32, a shape that the graph itself leaves open. As in the pipeline,
 * images up to 1920 pixels are resized bilinearly, larger ones reduced by area averaging.
 *
 * @param side int64 scalar
 */
export function letterbox(g: GraphBuilder, image: ImagePlanes, side: Value): Value {
  const branch = (name: string, resize: typeof letterboxArea) => {
    const body = g.subgraph(name);
    const input = toDetectorInput(body, resize(body, image, side), side);
    body.output(input, 'float', [undefined, undefined, undefined, undefined]);
    return body.build();
  };
  const large = g.add('Greater', [image.longer, g.int64(SCRFD.maxImageSide)]);
  return g.add('If', [large], {
    then_branch: branch('area', letterboxArea),
    else_branch: branch('bilinear', letterboxBilinear),
  });
}
