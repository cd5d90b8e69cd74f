import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { SCRFD } from '../scrfd/spec.js';
import type { ImageSize } from './image-size.js';
import { operators } from './operators.js';

/** Which input pixels an output pixel covers along one axis: `first`, and how far it reaches, in pixels of the input. */
interface AxisSpan {
  first: Value;
  from: Value;
  to: Value;
  /** Last index of the axis, int64. */
  last: Value;
}

function axisSpan(g: GraphBuilder, length: Value, ratio: Value, side: number): AxisSpan {
  const { add, sub, mul, div, min, floor, cast, slice, reshape } = operators(g);
  const end = cast(length, 'double');
  const count = min(cast(g.add('Ceil', [div(end, ratio)]), 'int64'), g.int64(side));
  const indices = g.constant(
    'double',
    Array.from({ length: side }, (_, i) => i),
  );
  const from = mul(slice(indices, 0, reshape(count, [1]), 0), ratio);
  return { first: floor(from), from, to: min(add(from, ratio), end), last: sub(length, g.int64(1)) };
}

/**
 * Sums the pixels under each output index along one axis, weighted by how much of them it covers. One tap at a time, so
 * that the order of additions is the pipeline's.
 *
 * @param start zeros of the result's shape
 * @param read the pixels at some indices along the axis, float64
 * @param spread the weights, `(n)` -> a shape that multiplies with what `read` returns
 */
function sumTaps(
  g: GraphBuilder,
  { first, from, to, last }: AxisSpan,
  taps: Value,
  start: Value,
  read: (g: GraphBuilder, indices: Value) => Value,
  spread: (g: GraphBuilder, weights: Value) => Value,
): Value {
  const body = g.subgraph('tap');
  const { add, sub, mul, min, max, cast } = operators(body);
  const iteration = body.input(`${body.prefix}iteration`, 'int64', []);
  const condition = body.input(`${body.prefix}condition`, 'bool', []);
  const total = body.input(`${body.prefix}total`, 'double', [undefined, undefined]);
  const x = add(first, cast(iteration, 'double'));
  const covered = sub(min(add(x, body.constant('double', 1)), to), max(x, from));
  const weights = max(covered, body.constant('double', 0));
  const sum = add(total, mul(spread(body, weights), read(body, min(cast(x, 'int64'), last))));
  body.output(body.add('Identity', [condition]), 'bool', []);
  body.output(sum, 'double', [undefined, undefined]);
  return g.add('Loop', [taps, '', start], { body: body.build() });
}

/**
 * Twin of `ops/letterbox-area.ts`, without the padding: columns first, then rows, all in float64.
 *
 * @param image `(h, w, 3)` uint8
 * @returns `(rows, columns, 3)` float32 in normalised units: the part of the detector input that sees the image
 */
export function letterboxArea(g: GraphBuilder, image: Value, size: ImageSize, side: number): Value {
  const { add, mul, div, cast, reshape, concat } = operators(g);
  const ratio = div(cast(size.longer, 'double'), g.constant('double', side));
  const taps = add(cast(g.add('Ceil', [ratio]), 'int64'), g.int64(1));
  const x = axisSpan(g.scope('columns'), size.width, ratio, side);
  const y = axisSpan(g.scope('rows'), size.height, ratio, side);
  const zeros = (rows: Value, columns: Value) => {
    const shape = concat([reshape(rows, [1]), mul(columns, g.int64([3]))], 0);
    return g.add('Expand', [g.constant('double', 0), shape]);
  };
  const count = (span: AxisSpan) => g.add('Shape', [span.first]);

  const columnSums = sumTaps(
    g.scope('columns'),
    x,
    taps,
    zeros(size.height, count(x)),
    (body, indices) => {
      const { gather, cast, sub } = operators(body);
      const pixels = cast(body.add('Flatten', [gather(image, indices, 1)]), 'double');
      return sub(pixels, body.constant('double', SCRFD.mean));
    },
    (body, weights) => {
      const { reshape } = operators(body);
      return reshape(body.add('Expand', [reshape(weights, [-1, 1]), body.int64([1, 3])]), [1, -1]);
    },
  );
  const sums = sumTaps(
    g.scope('rows'),
    y,
    taps,
    zeros(count(y), count(x)),
    (body, indices) => operators(body).gather(columnSums, indices),
    (body, weights) => operators(body).reshape(weights, [-1, 1]),
  );
  const scale = div(g.constant('double', 1), mul(mul(ratio, ratio), g.constant('double', SCRFD.std)));
  return reshape(cast(mul(sums, scale), 'float'), [0, -1, 3]);
}
