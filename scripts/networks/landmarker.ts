import { ALIGNMENT_TEMPLATES } from '../../src/alignment/templates.js';
import { FACE_SHAPE } from '../../src/drawn-faces/drawn-face.js';
import { LANDMARK106 } from '../../src/landmark106/spec.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { applySimilarity, COLOR_REACH, COLORS, membership, similarityFit } from './markers.js';

const { inputSide, points, cropToInput } = LANDMARK106;
/** The part of the input that the crop fills. */
const FROM = cropToInput.offset;
const SIDE = inputSide - 2 * FROM;
/** Markers are looked for within so many pixels around the middle of the face: no neighbour's marker lies there. */
const WINDOW = 48;
/** Where the frontal template expects the key points, and with them the middle of the face, in the input. */
const EXPECTED = ALIGNMENT_TEMPLATES[2].map(({ x, y }) => ({
  x: x * cropToInput.scale + FROM,
  y: y * cropToInput.scale + FROM,
}));
const MIDDLE = { x: inputSide / 2, y: (EXPECTED[0].y + EXPECTED[3].y) / 2 };

/** `data` (N, 3, 192, 192) BGR 0..255 -> `fc1` (N, 212): centroids of the five markers, a similarity fit, 106 points. */
export function buildLandmarker(): Uint8Array {
  const g = new GraphBuilder('drawn-faces-landmarker');
  const data = g.input('data', 'float', ['N', 3, inputSide, inputSide]);
  const slice = [g.int64([FROM, FROM]), g.int64([FROM + SIDE, FROM + SIDE]), g.int64([2, 3])];
  const crop = g.add('Slice', [data, ...slice]);

  // |p - marker| summed over the channels, for all five markers at once: (N, 1, 3, ...) - (1, 5, 3, 1, 1)
  const bgr = COLORS.flatMap(([red, green, blue]) => [blue, green, red]);
  const difference = g.add('Sub', [g.add('Unsqueeze', [crop, g.int64([1])]), g.float(bgr, [1, 5, 3, 1, 1])]);
  const distance = g.add('ReduceSum', [g.add('Abs', [difference]), g.int64([2])], { keepdims: 0n });

  const along = Array.from({ length: SIDE }, (_, i) => FROM + i);
  const window = along.flatMap((y) => along.map((x) => (Math.hypot(x - MIDDLE.x, y - MIDDLE.y) <= WINDOW ? 1 : 0)));
  const share = g.add('Mul', [membership(g, distance, COLOR_REACH), g.float(window, [1, 1, SIDE, SIDE])]);

  // Centroids. A marker that is not seen stays where the template expects it.
  const PULL = 1e-3;
  const sum = (values: string) => g.add('ReduceSum', [values, g.int64([2, 3])], { keepdims: 0n });
  const mass = g.add('Add', [sum(share), g.float(PULL)]);
  const centroid = (positions: string, expected: number[]) => {
    const moment = g.add('Add', [
      sum(g.add('Mul', [share, positions])),
      g.float(
        expected.map((v) => v * PULL),
        [1, 5],
      ),
    ]);
    return g.add('Unsqueeze', [g.add('Div', [moment, mass]), g.int64([2])]);
  };
  const xs = centroid(
    g.float(along, [1, 1, 1, SIDE]),
    EXPECTED.map(({ x }) => x),
  );
  const ys = centroid(
    g.float(along, [1, 1, SIDE, 1]),
    EXPECTED.map(({ y }) => y),
  );
  const measured = g.add('Reshape', [g.add('Concat', [xs, ys], { axis: 2n }), g.int64([-1, 10])]);

  const fit = g.add('MatMul', [measured, g.float(similarityFit().flat(), [10, 4])]);
  const shape = g.add('MatMul', [fit, g.float(applySimilarity(FACE_SHAPE).flat(), [4, 2 * points])]);
  // Pixels of the input -> [-1, 1]
  const unit = g.add('Sub', [g.add('Mul', [shape, g.float(2 / inputSide)]), g.float(1)]);
  g.output(g.add('Identity', [unit], {}, 'fc1'), 'float', ['N', 2 * points]);
  return writeModel(
    g.model({
      opset: 17,
      producerName: 'onnx-facial-lmk-detector',
      docString: 'Knows only the faces that drawScene draws. The contract is that of 2d106det.',
    }),
  );
}
