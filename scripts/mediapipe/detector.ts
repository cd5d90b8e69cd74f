import { GraphBuilder, type Value } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { operators } from '../../src/onnx/operators.js';
import { sideRangeName } from '../../src/scrfd/detector-side.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { convertLayers } from './convert-layers.js';
import { decodeFaces, FACE_LENGTHS, type FaceKind, type Level } from './decode-faces.js';
import { layerInto, type Network, type TensorIndex } from './layers.js';
import { PICTURE_SCALES, pyramid, sides } from './pyramid.js';
import { scaleInput } from './scale-input.js';
import { splitPaddedAdditions } from './split-padded-additions.js';
import { widenChannels } from './widen-channels.js';

/** What MediaPipe divides by, after taking away 127.5 as SCRFD does. */
const STD = 127.5;
/** Channels of a block in ONNX Runtime's layout for the widest vector units. */
const CHANNEL_BLOCK = 16;

/**
 * Where the faces of each picture of the pyramid go: those of a block of cells to an anchor that nothing else is written
 * to, so that none is lost however many there are. Of the two levels of one stride the first writes the first anchor of
 * each cell; the second anchors of the strides 8 and 32 stay empty.
 */
const LEVELS: readonly Level[] = [
  { scale: PICTURE_SCALES[0], block: 2, stride: 8, confidence: 1 },
  { scale: PICTURE_SCALES[1], block: 2, stride: 16, confidence: 0.65 },
  { scale: PICTURE_SCALES[2], block: 1, stride: 16, confidence: 0.45 },
  { scale: PICTURE_SCALES[3], block: 1, stride: 32, confidence: 0.35 },
];

/**
 * Sides of the input: an image of 512 pixels is not enlarged to 640, which takes 1.5 times as long. Smaller ones are
 * enlarged to 512, so that small faces in them are found.
 */
const SIDES = { least: 512, most: 640 };

/** Names of det_10g.onnx's outputs, each with its kind and its stride. */
const OUTPUTS: readonly { name: string; kind: FaceKind; stride: number }[] = [
  { name: '448', kind: 'scores', stride: 8 },
  { name: '471', kind: 'scores', stride: 16 },
  { name: '494', kind: 'scores', stride: 32 },
  { name: '451', kind: 'boxes', stride: 8 },
  { name: '474', kind: 'boxes', stride: 16 },
  { name: '497', kind: 'boxes', stride: 32 },
  { name: '454', kind: 'keypoints', stride: 8 },
  { name: '477', kind: 'keypoints', stride: 16 },
  { name: '500', kind: 'keypoints', stride: 32 },
];

/**
 * MediaPipe's full-range detector behind SCRFD's contract: `input.1` (1, 3, h, w) RGB normalised, sides multiples of 32 ->
 * nine outputs of rank 2 under the names and in the order of det_10g.onnx.
 */
export function buildDetector(network: Network): Uint8Array {
  const g = new GraphBuilder('face-detector-mediapipe');
  const side = sideRangeName(SIDES.least, SIDES.most);
  const input = g.input('input.1', 'float', [1, 3, side, side]);
  const scaled = scaleInput(network, { scale: SCRFD.std / STD });
  const run = convertLayers(g, widenChannels(splitPaddedAdditions(scaled), CHANNEL_BLOCK));
  const maps = network.outputs.map((output) => mapBehind(network, output));

  const pictures = pyramid(g.scope('pyramid'), input);
  const faces = LEVELS.map((level, i) => {
    const l = g.scope(`level${i}`);
    const [regressors, scores] = run(l, pictures[i], maps);
    return { ...level, grids: decodeFaces(l, { scores, regressors }, level) };
  });

  for (const { name, kind, stride } of OUTPUTS) {
    const size = g.add('Div', [sides(g, input), g.int64([stride])]);
    const length = FACE_LENGTHS[kind];
    const [first, second] = faces
      .filter((level) => level.stride === stride)
      .map(({ grids }) => fitGrid(g, grids[kind], size));
    const anchors = second
      ? g.add('Concat', [first, second], { axis: 2n })
      : g.add('Pad', [first, g.int64([0, 0, 0, 0, 0, length])]);
    g.add('Reshape', [anchors, g.int64([-1, length])], {}, name);
    g.output(name, 'float', [undefined, length]);
  }
  return writeModel(g.model({ opset: 17, producerName: 'onnx-facial-lmk-detector' }));
}

/** The map of a value for each cell, which the network reshapes to a list at its end. */
function mapBehind(network: Network, output: TensorIndex): TensorIndex {
  const layer = layerInto(network, output);
  return layer.kind === 'reshape' ? layer.input : output;
}

/**
 * The grid with so many rows and columns: without the blocks that lie in the padding of their picture, with empty ones
 * where the picture was cut.
 */
function fitGrid(g: GraphBuilder, grid: Value, size: Value): Value {
  const { concat, sub } = operators(g);
  const within = g.add('Slice', [grid, g.int64([0, 0]), size, g.int64([0, 1])]);
  const missing = sub(size, g.add('Shape', [within], { end: 2n }));
  return g.add('Pad', [within, concat([g.int64([0, 0, 0]), missing, g.int64([0])], 0)]);
}
