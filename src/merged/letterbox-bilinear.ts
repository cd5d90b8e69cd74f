import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ImageSize } from './image-size.js';
import { operators } from './operators.js';

/** Where each output column or row that sees the image reads along its axis: two neighbours and their weights, `(n)`. */
interface AxisTaps {
  first: Value;
  second: Value;
  firstWeight: Value;
  secondWeight: Value;
}

/** Twin of `alignCornersTaps` in `ops/letterbox-bilinear.ts`. */
function alignCornersTaps(g: GraphBuilder, length: Value, canvas: Value, side: number): AxisTaps {
  const { add, sub, mul, div, min, abs, less, equal, where, cast, slice, reshape } = operators(g);
  const one = g.int64(1);
  const last = sub(canvas, one);
  const o = g.float(Float32Array.from({ length: side }, (_, i) => i));
  const s = div(mul(o, cast(last, 'float')), side - 1);
  const i1 = min(cast(s, 'int64'), last);
  const i2 = min(add(i1, one), last);
  const atEnd = equal(i1, i2);
  const toFirst = where(atEnd, 0.5, abs(sub(s, cast(i1, 'float'))));
  const toSecond = where(atEnd, 0.5, abs(sub(s, cast(i2, 'float'))));
  const secondInside = less(i2, length);
  const inside = reshape(g.add('ReduceSum', [cast(less(i1, length), 'int64')], { keepdims: 0n }), [1]);
  const visible = (table: Value) => slice(table, 0, inside, 0);
  return {
    first: visible(i1),
    second: visible(where(secondInside, i2, i1)),
    firstWeight: visible(toSecond),
    secondWeight: visible(where(secondInside, toFirst, 0)),
  };
}

/**
 * Twin of `ops/letterbox-bilinear.ts`, without the padding.
 *
 * @param image `(h, w, 3)` uint8
 * @returns `(rows, columns, 3)` float32 in normalised units: the part of the detector input that sees the image
 */
export function letterboxBilinear(g: GraphBuilder, image: Value, size: ImageSize, side: number): Value {
  const { add, sub, mul, cast, gather, reshape } = operators(g);
  const x = alignCornersTaps(g.scope('columns'), size.width, size.longer, side);
  const y = alignCornersTaps(g.scope('rows'), size.height, size.longer, side);
  // A row of samples is flat, so that the weights repeat for the three channels.
  const perSample = (weights: Value) => reshape(g.add('Expand', [reshape(weights, [-1, 1]), g.int64([1, 3])]), [1, -1]);
  const [left, right] = [perSample(x.firstWeight), perSample(x.secondWeight)];
  const [up, low] = [reshape(y.firstWeight, [-1, 1]), reshape(y.secondWeight, [-1, 1])];
  const [upper, lower] = [gather(image, y.first), gather(image, y.second)];
  const tap = (rows: Value, columns: Value) => {
    const pixels = gather(rows, columns, 1);
    return sub(cast(g.add('Flatten', [pixels]), 'float'), SCRFD.mean);
  };
  const blended = add(
    add(
      add(mul(mul(left, up), tap(upper, x.first)), mul(mul(right, up), tap(upper, x.second))),
      mul(mul(left, low), tap(lower, x.first)),
    ),
    mul(mul(right, low), tap(lower, x.second)),
  );
  // The pipeline divides each pixel first: a power of two, so that no bit depends on the order.
  return reshape(mul(blended, 1 / SCRFD.std), [0, -1, 3]);
}
