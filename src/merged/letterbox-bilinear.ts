import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ImagePlanes } from './image-planes.js';

/** Where each output column or row that sees the image reads along its axis: two neighbours and their weights, `(n)`. */
interface AxisTaps {
  first: Value;
  second: Value;
  firstWeight: Value;
  secondWeight: Value;
}

/** Twin of `alignCornersTaps` in `ops/letterbox-bilinear.ts`. */
function alignCornersTaps(g: GraphBuilder, length: Value, canvas: Value, side: Value): AxisTaps {
  const { add, sub, mul, div, min, abs, less, equal, where, cast, slice, reshape } = operators(g);
  const one = g.int64(1);
  const last = sub(canvas, one);
  const o = cast(g.add('Range', [g.int64(0), side, one]), 'float');
  const s = div(mul(o, cast(last, 'float')), cast(sub(side, one), 'float'));
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
 * @param side int64 scalar
 * @returns `(3, rows, columns)` float32 in normalised units: the part of the detector input that sees the image
 */
export function letterboxBilinear(g: GraphBuilder, image: ImagePlanes, side: Value): Value {
  const { sub, mul, sum, cast, gather, pick, reshape } = operators(g);
  const x = alignCornersTaps(g.scope('columns'), image.width, image.longer, side);
  const y = alignCornersTaps(g.scope('rows'), image.height, image.longer, side);
  const tap = (rows: Value, rowWeight: Value, column: Value, columnWeight: Value) => {
    const pixels = pick(gather(image.planes, rows, 1), cast(column, 'int32'));
    const weights = mul(columnWeight, reshape(rowWeight, [-1, 1]));
    return mul(weights, sub(cast(pixels, 'float'), SCRFD.mean));
  };
  const blended = sum([
    tap(y.first, y.firstWeight, x.first, x.firstWeight),
    tap(y.first, y.firstWeight, x.second, x.secondWeight),
    tap(y.second, y.secondWeight, x.first, x.firstWeight),
    tap(y.second, y.secondWeight, x.second, x.secondWeight),
  ]);
  // The pipeline divides each pixel first: a power of two, so that no bit depends on the order.
  return mul(blended, 1 / SCRFD.std);
}
