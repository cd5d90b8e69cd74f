import { ModelContractError } from '../errors.js';
import { tensorValues } from '../ops/tensor.js';
import type { NetworkInfo, Tensor, TensorInfo } from '../types.js';
import { type AnchorLevel, anchorLevels } from './anchors.js';
import { SCRFD } from './spec.js';

/** The nine outputs by kind, each an array over the levels (strides 8, 16, 32), flat. */
export interface ScrfdOutputs {
  /** `(rows)` */
  scores: Float32Array[];
  /** `(rows, 4)` distances left top right bottom, in strides */
  boxes: Float32Array[];
  /** `(rows, 10)` offsets x y, in strides */
  keypoints: Float32Array[];
}

const EXPECTED =
  'an SCRFD network with key points (one float32 input [1,3,side,side]; nine outputs: scores, boxes and key points for strides 8, 16, 32)';
const HINT =
  'Use det_10g.onnx or another SCRFD export whose name ends in kps or bnkps; `facial-lmk models fetch` gets one.';

const KINDS = [SCRFD.scoreLength, SCRFD.boxLength, SCRFD.keypointLength] as const;
const outputCount = KINDS.length * SCRFD.strides.length;

const shapeText = ({ name, shape }: TensorInfo) => `${name} [${shape.join(',')}]`;

/** The fixed size of a dimension, or undefined where the network leaves it open. */
const fixed = (dimension: number | string) => (typeof dimension === 'number' && dimension >= 0 ? dimension : undefined);

function refuse(network: NetworkInfo, received: string): never {
  throw new ModelContractError({ name: `the detector (${network.name})`, expected: EXPECTED, received, hint: HINT });
}

/**
 * Refuses a network that declares anything but SCRFD's inputs and outputs, before it runs.
 * Output names differ between exports, order and shapes do not.
 */
export function checkDetector(network: NetworkInfo): void {
  const { inputs, outputs } = network;
  const [input] = inputs;
  if (inputs.length !== 1 || input.type !== 'float32' || input.shape.length !== 4 || !isSquareImage(input.shape)) {
    refuse(network, `the inputs ${inputs.map((info) => `${shapeText(info)} ${info.type}`).join(', ')}`);
  }
  if (outputs.length !== outputCount) {
    refuse(network, `${outputs.length} outputs (${outputs.slice(0, outputCount).map(shapeText).join(', ')})`);
  }
  outputs.forEach((output, i) => {
    const length = fixed(output.shape[output.shape.length - 1] ?? -1);
    const rank = output.shape.length;
    // Some exports declare no shape at all; what they return is checked when it comes.
    if ((rank !== 0 && rank !== 2 && rank !== 3) || (length !== undefined && length !== kindOf(i))) {
      refuse(network, `output ${i} ${shapeText(output)} where ${kindOf(i)} values a row belong`);
    }
  });
}

/** Whether `[1, 3, side, side]` fits, as far as it is fixed. */
function isSquareImage(shape: TensorInfo['shape']): boolean {
  const [batch = 1, channels = 3, height, width] = shape.map(fixed);
  const sides = [height, width].filter((side) => side !== undefined);
  return (
    batch === 1 &&
    channels === 3 &&
    sides.every((side) => side === sides[0] && side > 0 && side % SCRFD.sideMultiple === 0 && side <= SCRFD.maxSide)
  );
}

const kindOf = (output: number) => KINDS[Math.floor(output / SCRFD.strides.length)];

/** Sides of the square input that the network takes: its fixed one, or undefined where it leaves the choice. */
export function fixedDetectorSide(network: NetworkInfo): number | undefined {
  const [, , height, width] = network.inputs[0].shape;
  return fixed(height) ?? fixed(width);
}

/** Sorts what the network returned into {@link ScrfdOutputs}. Accepts rank 2 `[n, k]` and rank 3 `[1, n, k]`. */
export function sortOutputs(network: NetworkInfo, tensors: readonly Tensor[], side: number): ScrfdOutputs {
  const levels: AnchorLevel[] = anchorLevels(side);
  if (tensors?.length !== outputCount) refuse(network, `${tensors?.length ?? 'no'} tensors from a run`);
  const flat = tensors.map((tensor, i) => {
    const shape = tensor.shape.length === 3 && tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape;
    const rows = levels[i % levels.length].rows;
    if (shape.length !== 2 || shape[0] !== rows || shape[1] !== kindOf(i)) {
      refuse(network, `output ${i} of shape [${tensor.shape.join(',')}] where [${rows},${kindOf(i)}] belongs`);
    }
    const values = tensorValues(tensor);
    if (values.length !== rows * kindOf(i)) {
      refuse(network, `output ${i} with ${values.length} values where [${rows},${kindOf(i)}] belongs`);
    }
    return values;
  });
  const n = levels.length;
  return { scores: flat.slice(0, n), boxes: flat.slice(n, 2 * n), keypoints: flat.slice(2 * n) };
}
