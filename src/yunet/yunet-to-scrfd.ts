import { embedGraph } from '../onnx/embed-graph.js';
import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { writeModel } from '../onnx/model.js';
import { operators } from '../onnx/operators.js';
import { readNetwork } from '../onnx/read-network.js';
import { SCRFD } from '../scrfd/spec.js';
import { YUNET } from './spec.js';

const CHANNELS = 3;

/** SCRFD's normalised RGB -> BGR samples of 0 to 255, as one convolution of single pixels. */
function toSamples(g: GraphBuilder, input: Value): Value {
  const weights = Array.from({ length: CHANNELS ** 2 }, (_, i) =>
    Math.floor(i / CHANNELS) + (i % CHANNELS) === CHANNELS - 1 ? SCRFD.std : 0,
  );
  const bias = Array(CHANNELS).fill(SCRFD.mean);
  return g.add('Conv', [input, g.float(weights, [CHANNELS, CHANNELS, 1, 1]), g.float(bias)]);
}

/** One row a cell -> SCRFD's two rows a cell; the second one scores 0. */
function twoAnchors(g: GraphBuilder, rows: Value, length: number): Value {
  const both = g.add('Pad', [rows, g.int64([0, 0, 0, 0, 0, length * (SCRFD.anchorsPerCell - 1)])]);
  return operators(g).reshape(both, [-1, length]);
}

/**
 * Gives a YuNet detector the inputs and outputs of SCRFD, so that it can be used wherever an SCRFD network can: in the pipeline,
 * pools, the tracker, merged graphs.
 *
 * YuNet's `score = sqrt(cls * obj)`; with the cell's corner as origin and its stride as unit the box has its centre at
 * `(b0, b1)` and the sides `(exp(b2), exp(b3))`, and the key points lie at `kps`. SCRFD counts from the same corner in the
 * same unit, so neither strides nor cells are needed here.
 *
 * @param bytes an ONNX file with YuNet's outputs
 * @param name the file's name in error messages
 * @returns an ONNX file: input `input.1` as SCRFD's, nine outputs of rank 2 in SCRFD's order
 * @throws ModelFileError, ModelContractError
 */
export function yunetToScrfd(bytes: Uint8Array, name: string): Uint8Array {
  const network = readNetwork(bytes, name);
  const [{ name: inputName, shape }] = network.inputs;
  const g = new GraphBuilder('yunet-as-scrfd');
  const input = g.input(
    'input.1',
    'float',
    shape.map((side) => (typeof side === 'number' && side < 0 ? undefined : side)),
  );
  const outputs = embedGraph(g.scope('yunet'), network.graph, { [inputName]: toSamples(g, input) });
  const { add, sub, mul, sqrt, clip, concat, slice } = operators(g);

  const names = network.outputs.map((output) => output.name);
  const rows = YUNET.strides.map((stride) => {
    const output = (kind: keyof typeof YUNET.outputs) => outputs[names.indexOf(`${kind}_${stride}`)];
    const center = slice(output('bbox'), 0, 2, 2);
    const half = mul(g.add('Exp', [slice(output('bbox'), 2, 4, 2)]), 0.5);
    return {
      scores: sqrt(mul(clip(output('cls'), 0, 1), clip(output('obj'), 0, 1))),
      boxes: concat([sub(half, center), add(half, center)], 2),
      keypoints: output('kps'),
    };
  });
  const lengths = { scores: SCRFD.scoreLength, boxes: SCRFD.boxLength, keypoints: SCRFD.keypointLength };
  for (const kind of ['scores', 'boxes', 'keypoints'] as const) {
    for (const level of rows) g.output(twoAnchors(g, level[kind], lengths[kind]), 'float', [undefined, lengths[kind]]);
  }
  const model = g.model({ opset: network.opset, producerName: 'onnx-facial-lmk-detector' });
  return writeModel({ ...model, operatorSets: network.model.operatorSets });
}
