import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ImagePlanes } from './image-planes.js';

/** Which input pixels an output pixel covers along one axis: `first`, and how far it reaches, in pixels of the input. */
interface AxisSpan {
  first: Value;
  from: Value;
  to: Value;
  /** Last index of the axis, int64. */
  last: Value;
}

function axisSpan(g: GraphBuilder, length: Value, ratio: Value, side: Value): AxisSpan {
  const { add, sub, mul, div, min, floor, cast } = operators(g);
  const end = cast(length, 'double');
  const count = min(cast(g.add('Ceil', [div(end, ratio)]), 'int64'), side);
  const indices = g.add('Range', [g.int64(0), count, g.int64(1)]);
  const from = mul(cast(indices, 'double'), ratio);
  return { first: floor(from), from, to: min(add(from, ratio), end), last: sub(length, g.int64(1)) };
}

/**
 * Sums the pixels under each output index along one axis, weighted by how much of them it covers. One tap at a time, so
 * that the order of additions is the pipeline's.
 *
 * @param shape of the result
 * @param read the pixels at some indices along the axis, `(3, rows, columns)` float64
 * @param spread the shape of the `n` weights, so that they multiply with what `read` returns
 */
function sumTaps(
  g: GraphBuilder,
  { first, from, to, last }: AxisSpan,
  taps: Value,
  shape: Value,
  read: (g: GraphBuilder, indices: Value) => Value,
  spread: readonly number[],
): Value {
  const body = g.subgraph('tap');
  const { add, sub, mul, min, max, cast, reshape } = operators(body);
  const iteration = body.input(`${body.prefix}iteration`, 'int64', []);
  const condition = body.input(`${body.prefix}condition`, 'bool', []);
  const total = body.input(`${body.prefix}total`, 'double', [3, undefined, undefined]);
  const x = add(first, cast(iteration, 'double'));
  const covered = sub(min(add(x, body.constant('double', 1)), to), max(x, from));
  const weights = reshape(max(covered, body.constant('double', 0)), spread);
  const sum = add(total, mul(weights, read(body, min(cast(x, 'int64'), last))));
  body.output(body.add('Identity', [condition]), 'bool', []);
  body.output(sum, 'double', [3, undefined, undefined]);
  const zeros = g.add('Expand', [g.constant('double', 0), shape]);
  return g.add('Loop', [taps, '', zeros], { body: body.build() });
}

/**
 * Twin of `ops/letterbox-area.ts`, without the padding: columns first, then rows, all in float64.
 *
 * @param side int64 scalar
 * @returns `(3, rows, columns)` float32 in normalised units: the part of the detector input that sees the image
 */
export function letterboxArea(g: GraphBuilder, image: ImagePlanes, side: Value): Value {
  const { add, mul, div, cast, reshape, concat } = operators(g);
  const [columns, rows] = [g.scope('columns'), g.scope('rows')];
  const ratio = div(cast(image.longer, 'double'), cast(side, 'double'));
  const taps = add(cast(g.add('Ceil', [ratio]), 'int64'), g.int64(1));
  const x = axisSpan(columns, image.width, ratio, side);
  const y = axisSpan(rows, image.height, ratio, side);
  const count = (span: AxisSpan) => g.add('Shape', [span.first]);
  const planes = (height: Value) => concat([g.int64([3]), height, count(x)], 0);

  const readColumns = (body: GraphBuilder, indices: Value) => {
    const { sub, cast, pick } = operators(body);
    const pixels = cast(pick(image.planes, cast(indices, 'int32')), 'double');
    return sub(pixels, body.constant('double', SCRFD.mean));
  };
  const columnSums = sumTaps(columns, x, taps, planes(reshape(image.height, [1])), readColumns, [1, 1, -1]);
  const readRows = (body: GraphBuilder, indices: Value) => operators(body).gather(columnSums, indices, 1);
  const sums = sumTaps(rows, y, taps, planes(count(y)), readRows, [1, -1, 1]);
  const scale = div(g.constant('double', 1), mul(mul(ratio, ratio), g.constant('double', SCRFD.std)));
  return cast(mul(sums, scale), 'float');
}
