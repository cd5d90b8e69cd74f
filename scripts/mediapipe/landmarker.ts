import { LANDMARK_PATHS } from '../../src/landmark106/groups.js';
import { LANDMARK106 } from '../../src/landmark106/spec.js';
import { GraphBuilder, type Value } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { operators } from '../../src/onnx/operators.js';
import { CONTOUR_VERTICES, contour, HALF_CONTOUR } from './contour.js';
import { convertLayers } from './convert-layers.js';
import { expandPrelu } from './expand-prelu.js';
import { LANDMARK_MAP, type VertexMix } from './landmark-map.js';
import { type Convolution, type Layer, layerInto, type Network } from './layers.js';
import { scaleInput } from './scale-input.js';
import { splitPaddedAdditions } from './split-padded-additions.js';

const { inputSide, points } = LANDMARK106;

/**
 * The part of the landmark input that the mesh sees, as MediaPipe cuts faces: a square around the face, 1.5 times as large
 * as the face from brow to chin.
 */
const CROP = { left: 24, top: 36, side: 144 };
/** The mesh takes as many pixels a side as the landmark input has. */
const ZOOM = inputSide / CROP.side;
/** Values of a vertex: x, y, z. */
const VERTEX_LENGTH = 3;
/** 2d106det counts from the middle of its input to its border: -1 to 1. */
const HALF_SIDE = inputSide / 2;

const INSIDE = Object.keys(LANDMARK_MAP).map(Number);
/** What the last convolution gives: the points inside the face, and the vertices that the contour is made from. */
const MIXES: readonly VertexMix[] = [
  ...INSIDE.map((point) => LANDMARK_MAP[point]),
  ...CONTOUR_VERTICES.map((vertex) => ({ [vertex]: 1 })),
];

/**
 * The last convolution with other outputs: instead of 468 vertices in mesh pixels the mixes that are needed, in 2d106det's
 * units. Both are linear in what the convolution sees.
 */
function mixVertices(layer: Convolution): Convolution {
  const { shape, values } = layer.weights;
  const length = shape.slice(1).reduce((product, side) => product * side, 1);
  const weights = new Float32Array(2 * MIXES.length * length);
  const bias = new Float32Array(2 * MIXES.length);
  MIXES.forEach((mix, point) => {
    [CROP.left, CROP.top].forEach((start, axis) => {
      const output = 2 * point + axis;
      const row = new Float64Array(length);
      let constant = start / HALF_SIDE - 1;
      for (const [vertex, share] of Object.entries(mix)) {
        const scale = share / ZOOM / HALF_SIDE;
        const from = VERTEX_LENGTH * Number(vertex) + axis;
        for (let i = 0; i < length; i++) row[i] += scale * values[from * length + i];
        constant += scale * layer.bias.values[from];
      }
      weights.set(row, output * length);
      bias[output] = constant;
    });
  });
  return {
    ...layer,
    weights: { shape: [2 * MIXES.length, ...shape.slice(1)], values: weights },
    bias: { shape: [2 * MIXES.length], values: bias },
  };
}

/** Where each of the 106 points stands after the points inside: the left half of the contour, then the right half. */
function order(): number[] {
  const { indices } = LANDMARK_PATHS.contour;
  const places = Array<number>(points);
  INSIDE.forEach((point, i) => {
    places[point] = i;
  });
  indices.forEach((point, i) => {
    const fromEnd = indices.length - 1 - i;
    places[point] = INSIDE.length + (i < HALF_CONTOUR ? i : HALF_CONTOUR + fromEnd);
  });
  return places;
}

/** (n, mixes, 2) -> (n, 106, 2) */
function landmarksFromMixes(g: GraphBuilder, mixes: Value): Value {
  const { concat, gather, slice } = operators(g);
  const inside = slice(mixes, 0, INSIDE.length, 1);
  const halves = contour(g.scope('contour'), slice(mixes, INSIDE.length, MIXES.length, 1));
  return gather(concat([inside, halves], 1), g.int64(order()), 1);
}

/** MediaPipe's face mesh behind 2d106det's contract: `data` (N, 3, 192, 192) BGR 0..255 -> `fc1` (N, 212). */
export function buildLandmarker(mesh: Network): Uint8Array {
  const g = new GraphBuilder('face-landmarker-mediapipe');
  const data = g.input('data', 'float', ['N', 3, inputSide, inputSide]);
  const [vertices] = mesh.outputs;
  const last = layerInto(mesh, vertices) as Convolution;
  const layers = scaleInput(mesh, { scale: 1 / 255, swapChannels: true }).layers.map(
    (layer): Layer => (layer === last ? mixVertices(last) : layer),
  );

  const face = g.add('Slice', [
    data,
    g.int64([CROP.top, CROP.left]),
    g.int64([CROP.top + CROP.side, CROP.left + CROP.side]),
    g.int64([2, 3]),
  ]);
  const enlarged: Value = g.add('Resize', [face, '', g.float([1, 1, ZOOM, ZOOM])], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
  const [mixes] = convertLayers(g, splitPaddedAdditions(expandPrelu({ ...mesh, layers })))(g, enlarged, [vertices]);
  const { reshape } = operators(g);
  g.add('Flatten', [landmarksFromMixes(g, reshape(mixes, [-1, MIXES.length, 2]))], {}, 'fc1');
  g.output('fc1', 'float', ['N', 2 * points]);
  return writeModel(g.model({ opset: 17, producerName: 'onnx-facial-lmk-detector' }));
}
