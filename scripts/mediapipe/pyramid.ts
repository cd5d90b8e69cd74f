import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { operators } from '../../src/onnx/operators.js';

/** The network halves its input five times. */
const SIDE_MULTIPLE = 32;
/** Axes of a picture. */
const ROWS = 2;
const COLUMNS = 3;
/** So many rows and columns of grey stay around what a picture shows: a face that the border cuts is seen better so. */
const MARGIN = 32;

/** How large the pictures of {@link pyramid} are: pixels of the input for one of theirs. */
export const PICTURE_SCALES = [1, 8 / 3, 16 / 3, 8] as const;

/**
 * The input at its own size, 3/8, 3/16 and 1/8. In one picture the network finds faces in a wide range: the Mona Lisa's when
 * it is 13 to 144 pixels wide. So these sizes overlap; the last is for faces as large as the input.
 *
 * All sides are multiples of 32; what is added is grey, as the letterbox adds it, at the bottom and right.
 */
export function pyramid(g: GraphBuilder, input: Value): Value[] {
  const { div, mul } = operators(g);
  const half = halve(g, input);
  const threeEighths = resize(g, half, 3 / 4);
  const threeSixteenths = halve(g, threeEighths);
  const eighth = resize(g, threeSixteenths, 2 / 3);
  // In the two smallest grey costs hardly anything, and large faces that reach down to it are seen better with all of it.
  const ends = contentEnds(g, half);
  const threeEighthsEnds = div(mul(ends, g.int64([3])), g.int64([8]));
  const cut = [cutAt(g, input, ends), padToMultiple(g, cutAt(g, threeEighths, threeEighthsEnds))];
  return [...cut, ...[threeSixteenths, eighth].map((picture) => padToMultiple(g, picture))];
}

/** Rows and columns of a picture (1, 3, rows, columns), an int64 pair. */
export const sides = (g: GraphBuilder, picture: Value) => g.add('Shape', [picture], { start: 2n, end: 4n });

const halve = (g: GraphBuilder, picture: Value) =>
  g.add('AveragePool', [picture], { kernel_shape: [2n, 2n], strides: [2n, 2n] });

/** Bilinear, about pixel centres. Sides are such that the factor gives whole ones. */
const resize = (g: GraphBuilder, picture: Value, factor: number) =>
  g.add('Resize', [picture, '', g.float([1, 1, factor, factor])], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });

/** Adds grey until both sides are multiples of 32. */
function padToMultiple(g: GraphBuilder, picture: Value): Value {
  const { concat, sub } = operators(g);
  const size = sides(g, picture);
  return g.add('Pad', [picture, concat([g.int64([0, 0, 0, 0, 0, 0]), sub(roundUp(g, size), size)], 0)]);
}

/** A picture's first rows and columns. Ends beyond it are taken as its sides. */
const cutAt = (g: GraphBuilder, picture: Value, ends: Value) =>
  g.add('Slice', [picture, g.int64([0, 0]), ends, g.int64([ROWS, COLUMNS])]);

/** The next multiple of 32. */
function roundUp(g: GraphBuilder, counts: Value): Value {
  const { add, div, mul } = operators(g);
  const multiple = g.int64([SIDE_MULTIPLE]);
  return mul(div(add(counts, g.int64([SIDE_MULTIPLE - 1])), multiple), multiple);
}

/**
 * Where the grey at the bottom and right begins, but for a margin, as multiples of 32: a photograph of 4 x 3 has a quarter
 * of it.
 *
 * @param half the input at half its size, in which grey is found with a quarter of the work
 */
function contentEnds(g: GraphBuilder, half: Value): Value {
  const { add, cast, concat, greater, max, mul, neg } = operators(g);
  const lasts = [ROWS, COLUMNS].map((axis) => {
    // Over one axis the runtime finds extremes several times faster than over all others at once.
    const over = { axes: [BigInt(ROWS + COLUMNS - axis)], keepdims: 0n };
    const extremes = max(g.add('ReduceMax', [half], over), neg(g.add('ReduceMin', [half], over)));
    const largest = g.add('ReduceMax', [extremes], { axes: [0n, 1n], keepdims: 0n });
    const count = g.add('Size', [largest]);
    const numbers = g.add('Range', [g.int64(1), add(count, g.int64(1)), g.int64(1)]);
    return g.add('ReduceMax', [mul(cast(greater(largest, 0), 'int64'), numbers)]);
  });
  return roundUp(g, add(mul(concat(lasts, 0), g.int64([2])), g.int64([MARGIN])));
}
