import { GraphBuilder, type Value } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { convertLayers } from './convert-layers.js';
import { CELL, decodeFaces, type FaceRows } from './decode-faces.js';
import { type Layer, layerInto, type Network, type TensorIndex } from './layers.js';
import { scaleInput } from './scale-input.js';
import { splitPaddedAdditions } from './split-padded-additions.js';
import { widenChannels } from './widen-channels.js';

/** What MediaPipe divides by, after taking away 127.5 as SCRFD does. */
const STD = 127.5;
/** The deepest layers see one sample for 32 x 32 pixels. */
const SIDE_MULTIPLE = 32;
/** Channels of a block in ONNX Runtime's layout for the widest vector units. */
const CHANNEL_BLOCK = 16;
/** How often the network sees the input, each time half as large. */
const LEVELS = 4;

/** Names of det_10g.onnx's outputs by level. */
const OUTPUTS: Readonly<Record<keyof FaceRows, readonly string[]>> = {
  scores: ['448', '471', '494'],
  boxes: ['451', '474', '497'],
  keypoints: ['454', '477', '500'],
};
const LENGTHS = { scores: SCRFD.scoreLength, boxes: SCRFD.boxLength, keypoints: SCRFD.keypointLength };

/**
 * MediaPipe's full-range detector behind SCRFD's contract: `input.1` (1, 3, h, w) RGB normalised -> nine outputs of rank 2
 * under the names and in the order of det_10g.onnx.
 *
 * The network sees the input four times, each time half as large, and finds at most one face in a block of 2 x 2 cells.
 * The blocks of the first three levels are as many as the cells of the strides 8, 16 and 32, and the cells of the fourth as
 * many as those of stride 32: its faces are the second anchors there. So each face has a row of its own, whatever the side
 * of the input and however many faces there are.
 */
export function buildDetector(network: Network): Uint8Array {
  const g = new GraphBuilder('face-detector-mediapipe');
  const input = g.input('input.1', 'float', [1, 3, '?', '?']);
  const scaled = scaleInput(network, { scale: SCRFD.std / STD });
  const run = convertLayers(g, widenChannels(splitPaddedAdditions(scaled), CHANNEL_BLOCK));
  const maps = network.outputs.map((output) => mapBehind(network, output));

  const picture = trimEmpty(g.scope('trim'), input);
  let image = picture;
  const levels = Array.from({ length: LEVELS }, (_, level) => {
    const l = g.scope(`level${level}`);
    if (level > 0) image = l.add('AveragePool', [image], { kernel_shape: [2n, 2n], strides: [2n, 2n] });
    const [regressors, scores] = run(l, level > 0 ? padToMultiple(l, image) : image, maps);
    const cells = l.add('Div', [sides(l, image), l.int64([CELL])]);
    const cut = (map: Value) => (level > 0 ? l.add('Slice', [map, l.int64([0, 0]), cells, l.int64([2, 3])]) : map);
    const block = level < SCRFD.strides.length ? 2 : 1;
    return decodeFaces(l, { scores: cut(scores), regressors: cut(regressors), level, block });
  });

  for (const kind of ['scores', 'boxes', 'keypoints'] as const) {
    const length = LENGTHS[kind];
    SCRFD.strides.forEach((stride, level) => {
      const isLast = level === SCRFD.strides.length - 1;
      const blocks = g.add('Div', [sides(g, picture), g.int64([stride])]);
      const all = g.add('Div', [sides(g, input), g.int64([stride])]);
      const rows = isLast
        ? g.add('Concat', [levels[level][kind], levels[level + 1][kind]], { axis: 1n })
        : levels[level][kind];
      const grid = g.add('Reshape', [
        rows,
        g.add('Concat', [blocks, g.int64([isLast ? 2 * length : length])], { axis: 0n }),
      ]);
      const missing = g.add('Sub', [all, blocks]);
      const pads = g.add('Concat', [g.int64([0, 0, 0]), missing, g.int64([isLast ? 0 : length])], { axis: 0n });
      const name = OUTPUTS[kind][level];
      g.add('Reshape', [g.add('Pad', [grid, pads]), g.int64([-1, length])], {}, name);
      g.output(name, 'float', [undefined, length]);
    });
  }
  return writeModel(g.model({ opset: 17, producerName: 'onnx-facial-lmk-detector' }));
}

/** The map of a value for each cell, which the network reshapes to a list at its end. */
function mapBehind(network: Network, output: TensorIndex): TensorIndex {
  const layer: Layer = layerInto(network, output);
  return layer.kind === 'reshape' ? layer.input : output;
}

/** Rows and columns of a picture as an int64 pair. */
const sides = (g: GraphBuilder, image: Value) => g.add('Shape', [image], { start: 2n, end: 4n });

/** Adds mean grey at the bottom and right until the network can halve the sides as often as it does. */
function padToMultiple(g: GraphBuilder, image: Value): Value {
  const multiple = g.int64([SIDE_MULTIPLE]);
  const missing = g.add('Mod', [g.add('Neg', [sides(g, image)]), multiple]);
  const pads = g.add('Concat', [g.int64([0, 0, 0, 0, 0, 0]), missing], { axis: 0n });
  return g.add('Pad', [image, pads]);
}

/**
 * Cuts off what the letterbox added at the bottom and right: rows and columns of zeros, but for those that make up a
 * multiple of 32.
 */
function trimEmpty(g: GraphBuilder, input: Value): Value {
  const ends = [2, 3].map((axis) => {
    const across = { axes: [BigInt(5 - axis)], keepdims: 0n };
    const highest = g.add('ReduceMax', [input], across);
    const lowest = g.add('ReduceMin', [input], across);
    const largest = g.add('ReduceMax', [g.add('Max', [highest, g.add('Neg', [lowest])])], { axes: [0n, 1n], keepdims: 0n });
    const filled = g.add('Cast', [g.add('Greater', [largest, g.float(0)])], { to: 7n });
    const count = g.add('Size', [largest]);
    const numbers = g.add('Range', [g.int64(1), g.add('Add', [count, g.int64(1)]), g.int64(1)]);
    const last = g.add('ReduceMax', [g.add('Mul', [filled, numbers])], { keepdims: 1n });
    const steps = g.add('Div', [g.add('Add', [last, g.int64([63])]), g.int64([SIDE_MULTIPLE])]);
    return g.add('Mul', [g.add("Max", [steps, g.int64([1])]), g.int64([SIDE_MULTIPLE])]);
  });
  return g.add('Slice', [input, g.int64([0, 0]), g.add('Concat', ends, { axis: 0n }), g.int64([2, 3])]);
}
