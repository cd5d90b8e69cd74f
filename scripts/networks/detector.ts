import { FACE_KEYPOINT_LIST, MARKER_RADIUS } from '../../src/drawn-faces/drawn-face.js';
import { GraphBuilder, type Value } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { applySimilarity, COLOR_REACH, COLORS, membership, similarityFit } from './markers.js';

/** Colours and distances in the units of the detector's input. */
const normalized = (level: number) => (level - SCRFD.mean) / SCRFD.std;
const REACH = COLOR_REACH / SCRFD.std;

/** Octaves of the search: octave `l` finds faces of 16 to 32 times `2^l` pixels on a grid of `2^l` pixels. */
const OCTAVES = 6;
const GRID_SIZE = 16;
/** Grid cells to each side in which a whole nose marker must lie, and to which it must be alone. */
const NEAR = 4;
const FAR = 6;
/** At most so many faces. */
const CANDIDATES = 64;
/** Samples along each side of the patch around a nose, and its half side in sizes of the face. */
const PATCH = 33;
const PATCH_REACH = 0.44;
/**
 * Samples of a marker's disc in the patch that make it seen. A whole disc has about 15; in the smallest faces a disc is
 * two pixels wide and may be all blended border.
 */
const MIN_SAMPLES = 2;
/** Largest root mean square distance between the key points and the fitted shape, in sizes of the face. */
const MAX_MISFIT = 0.05;
/** Sizes from which on a face belongs to the next level. */
const LEVEL_SIZES = [0, 64, 192, Number.MAX_VALUE];

/** The area of a nose marker in a face of `size`. */
const markerArea = (size: number) => Math.PI * (MARKER_RADIUS * size) ** 2;

const NOSE = 2;

/** Places where a nose marker is, each with its mass: flat over all octaves. */
function findNoses(g: GraphBuilder, input: Value): { x: Value; y: Value; mass: Value; seen: Value } {
  // |p - nose colour| summed over R, G, B, as two 1 x 1 convolutions.
  const difference = g.add('Conv', [
    input,
    g.float([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3, 1, 1]),
    g.float(COLORS[NOSE].map((level) => -normalized(level))),
  ]);
  const distance = g.add('Conv', [g.add('Abs', [difference]), g.float([1, 1, 1], [1, 3, 1, 1])]);
  let share = membership(g, distance, REACH);

  const near = 2 * NEAR + 1;
  const steps = Array.from({ length: near }, (_, i) => i - NEAR);
  const kernel = [
    steps.flatMap(() => steps.map(() => 1)),
    steps.flatMap(() => steps),
    steps.flatMap((dy) => steps.map(() => dy)),
  ].flat();
  const parts: { x: Value[]; y: Value[]; mass: Value[]; seen: Value[] } = { x: [], y: [], mass: [], seen: [] };
  for (let octave = 0; octave < OCTAVES; octave++) {
    const o = g.scope(`octave${octave}`);
    const cell = 2 ** octave;
    if (octave > 0) share = o.add('AveragePool', [share], { kernel_shape: [2n, 2n], strides: [2n, 2n] });
    const sums = o.add('Conv', [share, o.float(kernel, [3, 1, near, near])], {
      kernel_shape: [BigInt(near), BigInt(near)],
      pads: [NEAR, NEAR, NEAR, NEAR].map(BigInt),
    });
    const [total, momentX, momentY] = o.addMany('Split', [sums], 3, { axis: 1n });
    const far = 2 * FAR + 1;
    const wide = o.add('AveragePool', [share], {
      kernel_shape: [BigInt(far), BigInt(far)],
      pads: [FAR, FAR, FAR, FAR].map(BigInt),
      count_include_pad: 1n,
    });
    const around = o.add('Sub', [o.add('Mul', [wide, o.float(far * far)]), total]);

    // The smallest faces lose part of a marker to blending.
    const least = octave === 0 ? 0.3 * markerArea(GRID_SIZE) : markerArea(GRID_SIZE);
    const safe = o.add('Max', [total, o.float(1e-6)]);
    const offsetX = o.add('Div', [momentX, safe]);
    const offsetY = o.add('Div', [momentY, safe]);
    const above = (a: Value, b: number) => o.add('Greater', [a, o.float(b)]);
    const below = (a: Value, b: number) => o.add('LessOrEqual', [a, o.float(b)]);
    const seen = [
      o.add('Not', [o.add('Less', [total, o.float(least)])]),
      o.add('Less', [total, o.float(markerArea(2 * GRID_SIZE))]),
      // The cell that holds the centroid, and only that one.
      above(offsetX, -0.5),
      below(offsetX, 0.5),
      above(offsetY, -0.5),
      below(offsetY, 0.5),
      o.add('LessOrEqual', [around, o.add('Mul', [total, o.float(0.1)])]),
    ].reduce((a, b) => o.add('And', [a, b]));

    // Cell (i, j) covers [i, i + 1) * cell; positions refer to pixel centres.
    const side = (axis: number) => o.add('Gather', [o.add('Shape', [share]), o.int64(axis)]);
    const range = (axis: number, shape: number[]) => {
      const indices = o.add('Range', [o.int64(0), side(axis), o.int64(1)]);
      return o.add('Reshape', [o.add('Cast', [indices], { to: 1n }), o.int64(shape)]);
    };
    const position = (indices: Value, offset: Value) => {
      const center = o.add('Add', [o.add('Add', [indices, offset]), o.float(0.5)]);
      return o.add('Sub', [o.add('Mul', [center, o.float(cell)]), o.float(0.5)]);
    };
    const flat = (value: Value) => o.add('Reshape', [value, o.int64([-1])]);
    parts.x.push(flat(position(range(3, [1, 1, 1, -1]), offsetX)));
    parts.y.push(flat(position(range(2, [1, 1, -1, 1]), offsetY)));
    parts.mass.push(flat(o.add('Mul', [total, o.float(cell * cell)])));
    parts.seen.push(flat(o.add('Cast', [seen], { to: 1n })));
  }
  const join = (values: Value[]) => g.add('Concat', values, { axis: 0n });
  return { x: join(parts.x), y: join(parts.y), mass: join(parts.mass), seen: join(parts.seen) };
}

/** Centroids of the five markers around each nose: `(64, 5)` each, and how many samples each marker has. */
function measureMarkers(g: GraphBuilder, input: Value, x: Value, y: Value, size: Value) {
  const steps = Array.from({ length: PATCH }, (_, i) => (2 * i) / (PATCH - 1) - 1);
  const across = steps.flatMap(() => steps);
  const down = steps.flatMap((dy) => steps.map(() => dy));
  const inCircle = across.map((dx, i) => (Math.hypot(dx, down[i]) <= 1 ? 1 : 0));
  const count = PATCH * PATCH;
  const reach = g.add('Mul', [size, g.float(PATCH_REACH)]);
  const column = (value: Value) => g.add('Unsqueeze', [value, g.int64([1])]);
  const sample = (center: Value, offsets: number[]) =>
    g.add('Round', [g.add('Add', [column(center), g.add('Mul', [column(reach), g.float(offsets, [1, count])])])]);
  const px = sample(x, across);
  const py = sample(y, down);

  const sides = g.add('Cast', [g.add('Shape', [input])], { to: 1n });
  const height = g.add('Gather', [sides, g.int64(2)]);
  const width = g.add('Gather', [sides, g.int64(3)]);
  const inside = (value: Value, length: Value) => {
    const last = g.add('Sub', [length, g.float(1)]);
    const clipped = g.add('Max', [g.add('Min', [value, last]), g.float(0)]);
    return { clipped, within: g.add('Equal', [clipped, value]) };
  };
  const ix = inside(px, width);
  const iy = inside(py, height);
  const within = g.add('Cast', [g.add('And', [ix.within, iy.within])], { to: 1n });
  const weight = g.add('Mul', [within, g.float(inCircle, [1, count])]);

  // (3, 64, count) samples of the image against (5, 3, 1, 1) colours -> (5, 64, count)
  const index = g.add('Add', [g.add('Mul', [iy.clipped, width]), ix.clipped]);
  const pixels = g.add('Gather', [g.add('Reshape', [input, g.int64([3, -1])]), g.add('Cast', [index], { to: 7n })], {
    axis: 1n,
  });
  const colors = COLORS.flatMap((color) => color.map(normalized));
  const difference = g.add('Sub', [g.add('Unsqueeze', [pixels, g.int64([0])]), g.float(colors, [5, 3, 1, 1])]);
  const distance = g.add('ReduceSum', [g.add('Abs', [difference]), g.int64([1])], { keepdims: 0n });
  const share = g.add('Mul', [membership(g, distance, REACH), weight]);

  const sum = (values: Value) => g.add('Transpose', [g.add('ReduceSum', [values, g.int64([2])], { keepdims: 0n })]);
  const samples = sum(share);
  const safe = g.add('Max', [samples, g.float(1e-6)]);
  const centroid = (positions: Value) => g.add('Div', [sum(g.add('Mul', [share, positions])), safe]);
  return { xs: centroid(px), ys: centroid(py), samples };
}

/**
 * An SCRFD with key points for drawn faces: `input.1` (1, 3, h, w) RGB normalised -> nine outputs of rank 2 under the
 * names and in the order of det_10g.onnx.
 *
 * It looks for nose markers octave by octave, knows the face's size from the marker's area, measures the five markers in a
 * patch around it, and writes each face into the row of the anchor at its middle.
 */
export function buildDetector(): Uint8Array {
  const g = new GraphBuilder('drawn-faces-detector');
  const input = g.input('input.1', 'float', [1, 3, '?', '?']);
  const noses = findNoses(g.scope('noses'), input);
  const [seen, where] = g.addMany('TopK', [noses.seen, g.int64([CANDIDATES])], 2, { axis: 0n });
  const pick = (values: Value) => g.add('Gather', [values, where], { axis: 0n });
  const size = g.add('Sqrt', [g.add('Mul', [pick(noses.mass), g.float(1 / markerArea(1))])]);
  const { xs, ys, samples } = measureMarkers(g.scope('markers'), input, pick(noses.x), pick(noses.y), size);

  // Shape: a similarity transform, and how well the five points fit it.
  const column = (value: Value) => g.add('Unsqueeze', [value, g.int64([2])]);
  const pairs = g.add('Concat', [column(xs), column(ys)], { axis: 2n });
  const measured = g.add('Reshape', [pairs, g.int64([CANDIDATES, 10])]);
  const fit = g.add('MatMul', [measured, g.float(similarityFit().flat(), [10, 4])]);
  const fitted = g.add('MatMul', [fit, g.float(applySimilarity(FACE_KEYPOINT_LIST).flat(), [4, 10])]);
  const [a, b, x, y] = g.addMany('Split', [fit], 4, { axis: 1n });
  const square = (value: Value) => g.add('Mul', [value, value]);
  const faceSize = g.add('Sqrt', [g.add('Add', [square(a), square(b)])]);
  const error = g.add('ReduceMean', [square(g.add('Sub', [measured, fitted]))], { axes: [1n] });
  const misfit = g.add('Sqrt', [g.add('Mul', [error, g.float(2)])]);
  const fewest = g.add('ReduceMin', [samples], { axes: [1n] });
  const isFace = [
    g.add('Greater', [g.add('Unsqueeze', [seen, g.int64([1])]), g.float(0.5)]),
    g.add('Greater', [fewest, g.float(MIN_SAMPLES)]),
    g.add('Less', [misfit, g.add('Mul', [faceSize, g.float(MAX_MISFIT)])]),
  ].reduce((p, q) => g.add('And', [p, q]));
  const score = g.add('Clip', [
    g.add('Add', [g.add('Mul', [fewest, g.float(0.03)]), g.float(0.5)]),
    g.float(0.55),
    g.float(0.98),
  ]);

  const half = g.add('Mul', [faceSize, g.float(0.5)]);
  const sides = g.add('Shape', [input]);
  const levels = SCRFD.strides.map((stride, level) => {
    const l = g.scope(`stride${stride}`);
    const cells = (axis: number) => l.add('Div', [l.add('Gather', [sides, l.int64(axis)]), l.int64(stride)]);
    const [rows, columns] = [cells(2), cells(3)];
    const anchors = l.add('Mul', [l.add('Mul', [rows, columns]), l.int64(SCRFD.anchorsPerCell)]);
    const cell = (value: Value, count: Value) => {
      const index = l.add('Cast', [l.add('Floor', [l.add('Mul', [value, l.float(1 / stride)])])], { to: 7n });
      return l.add('Max', [l.add('Min', [index, l.add('Sub', [count, l.int64(1)])]), l.int64(0)]);
    };
    const [column, row] = [cell(x, columns), cell(y, rows)];
    const anchor = l.add('Mul', [l.add('Add', [l.add('Mul', [row, columns]), column]), l.int64(SCRFD.anchorsPerCell)]);
    const here = [
      isFace,
      l.add('Not', [l.add('Less', [faceSize, l.float(LEVEL_SIZES[level])])]),
      l.add('Less', [faceSize, l.float(LEVEL_SIZES[level + 1])]),
    ].reduce((p, q) => l.add('And', [p, q]));
    // What is no face of this level goes to one row more, which is cut off again.
    const target = l.add('Where', [here, anchor, anchors]);
    const center = (index: Value) => l.add('Mul', [l.add('Cast', [index], { to: 1n }), l.float(stride)]);
    const [cx, cy] = [center(column), center(row)];
    const strides = (value: Value) => l.add('Mul', [value, l.float(1 / stride)]);
    const toAnchor = (value: Value, origin: Value) => strides(l.add('Sub', [value, origin]));
    const reach = strides(half);
    const [dx, dy] = [toAnchor(x, cx), toAnchor(y, cy)];
    const distances = l.add(
      'Concat',
      [l.add('Sub', [reach, dx]), l.add('Sub', [reach, dy]), l.add('Add', [reach, dx]), l.add('Add', [reach, dy])],
      { axis: 1n },
    );
    const origins = l.add('Tile', [l.add('Concat', [cx, cy], { axis: 1n }), l.int64([1, 5])]);
    const offsets = toAnchor(measured, origins);
    const scatter = (values: Value, length: number, name: string) => {
      const one = l.add('Unsqueeze', [l.add('Add', [anchors, l.int64(1)]), l.int64([0])]);
      const shape = l.add('Concat', [one, l.int64([length])], { axis: 0n });
      const empty = l.add('Expand', [l.float(0), shape]);
      const filled = l.add('ScatterND', [empty, target, values]);
      const end = l.add('Unsqueeze', [anchors, l.int64([0])]);
      return l.add('Slice', [filled, l.int64([0]), end, l.int64([0])], {}, name);
    };
    return { scatter, distances, offsets };
  });

  const declare = (values: (level: number, name: string) => Value, length: number, names: string[]) =>
    names.forEach((name, level) => {
      g.output(values(level, name), 'float', [undefined, length]);
    });
  declare((level, name) => levels[level].scatter(score, 1, name), SCRFD.scoreLength, ['448', '471', '494']);
  declare((level, name) => levels[level].scatter(levels[level].distances, 4, name), SCRFD.boxLength, [
    '451',
    '474',
    '497',
  ]);
  declare((level, name) => levels[level].scatter(levels[level].offsets, 10, name), SCRFD.keypointLength, [
    '454',
    '477',
    '500',
  ]);
  return writeModel(
    g.model({
      opset: 17,
      producerName: 'onnx-facial-lmk-detector',
      docString: 'Knows only the faces that drawScene draws. The contract is that of det_10g (SCRFD with key points).',
    }),
  );
}
