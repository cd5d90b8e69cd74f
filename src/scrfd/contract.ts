import { checkNetworkInfo } from '../check-network.js';
import { describe } from '../describe.js';
import { describeTensor } from '../describe-tensor.js';
import { ModelContractError } from '../errors.js';
import { checkList } from '../options.js';
import { describeShape, isTensor, tensorValues } from '../tensor.js';
import type { NetworkInfo, Tensor, TensorInfo } from '../types.js';
import { type AnchorLevel, checkAnchorLevel } from './anchors.js';
import { checkScrfdSpec, SCRFD, type ScrfdSpec } from './spec.js';

/** The outputs by kind, each an array over the levels, flat. */
export interface ScrfdOutputs {
  /** `(rows)` */
  scores: Float32Array[];
  /** `(rows, 4)` distances left top right bottom, in strides */
  boxes: Float32Array[];
  /** `(rows, 10)` offsets x y, in strides */
  keypoints: Float32Array[];
}

const HINT =
  'Use det_10g.onnx or another SCRFD export whose name ends in kps or bnkps; `facial-lmk models fetch` gets one.';

const KINDS = [SCRFD.scoreLength, SCRFD.boxLength, SCRFD.keypointLength] as const;

/** The fixed size of a dimension; undefined when it is variable. */
const fixed = (dimension: number | string) => (typeof dimension === 'number' && dimension >= 0 ? dimension : undefined);

function refuse(network: NetworkInfo, strides: readonly number[], received: string): never {
  checkNetworkInfo('network', network);
  const outputs = `${KINDS.length * strides.length} outputs: scores, boxes and key points for strides ${strides.join(', ')}`;
  throw new ModelContractError({
    name: `the detector (${network.name})`,
    expected: `an SCRFD network with key points (one float32 input [1,3,side,side]; ${outputs})`,
    received,
    hint: HINT,
  });
}

/**
 * Refuses a network that declares anything but SCRFD's inputs and outputs, before it runs.
 * Output names differ between exports, order and shapes do not.
 * @throws ModelContractError, InvalidOptionError for anything but a network
 */
export function checkDetector(network: NetworkInfo, spec: ScrfdSpec = SCRFD): void {
  const { inputs, outputs } = checkNetworkInfo('network', network);
  const { strides } = checkScrfdSpec('spec', spec);
  const outputCount = KINDS.length * strides.length;
  const [input] = inputs;
  if (
    inputs.length !== 1 ||
    input.type !== 'float32' ||
    input.shape.length !== 4 ||
    !isSquareImage(input.shape, spec)
  ) {
    refuse(network, strides, `the inputs ${inputs.map(describeTensor).join(', ')}`);
  }
  if (outputs.length !== outputCount) {
    refuse(
      network,
      strides,
      `${outputs.length} outputs (${outputs.slice(0, outputCount).map(describeTensor).join(', ')})`,
    );
  }
  outputs.forEach((output, i) => {
    const length = fixed(output.shape[output.shape.length - 1] ?? -1);
    const rank = output.shape.length;
    // Some exports declare no shape at all. The shapes of their results are checked after each run.
    const isRows = rank === 0 || rank === 2 || rank === 3;
    if (output.type !== 'float32' || !isRows || (length !== undefined && length !== rowLength(i, strides.length))) {
      refuse(
        network,
        strides,
        `output ${i} ${describeTensor(output)} where ${rowLength(i, strides.length)} float32 values a row belong`,
      );
    }
  });
}

/** Whether a declared shape fits `[1, 3, side, side]`; variable dimensions always fit. */
function isSquareImage(shape: TensorInfo['shape'], { sideMultiple, maxSide }: ScrfdSpec): boolean {
  const [batch = 1, channels = 3, height, width] = shape.map(fixed);
  const sides = [height, width].filter((side) => side !== undefined);
  return (
    batch === 1 &&
    channels === 3 &&
    sides.every((side) => side === sides[0] && side > 0 && side % sideMultiple === 0 && side <= maxSide)
  );
}

/** Values in a row of an output. The outputs are the scores of all levels, then the boxes, then the key points. */
const rowLength = (output: number, levels: number) => KINDS[Math.floor(output / levels)];

/** The fixed side of the network's square input; undefined when it is variable. */
export function fixedDetectorSide(network: NetworkInfo): number | undefined {
  const [, , height, width] = network.inputs[0].shape;
  return fixed(height) ?? fixed(width);
}

/**
 * Sorts what the network returned into {@link ScrfdOutputs}. Accepts rank 2 `[n, k]` and rank 3 `[1, n, k]`.
 * @throws ModelContractError, InvalidOptionError
 */
export function sortOutputs(
  network: NetworkInfo,
  tensors: readonly Tensor[],
  levels: readonly AnchorLevel[],
): ScrfdOutputs {
  return sortTensors(network, tensors, checkList('levels', levels, checkAnchorLevel));
}

/**
 * {@link sortOutputs} for checked levels. The tensors come from the network and are checked here.
 * @throws ModelContractError
 */
export function sortTensors(
  network: NetworkInfo,
  tensors: readonly Tensor[],
  levels: readonly AnchorLevel[],
): ScrfdOutputs {
  const strides = levels.map(({ stride }) => stride);
  const n = levels.length;
  if (!Array.isArray(tensors) || tensors.length !== KINDS.length * n) {
    refuse(network, strides, `${describe(tensors)} from a run`);
  }
  const flat = Array.from(tensors, (tensor, i) => {
    const shape = `${levels[i % n].rows},${rowLength(i, n)}`;
    if (isTensor(tensor, Float32Array) && [shape, `1,${shape}`].includes(tensor.shape.join()))
      return tensorValues(tensor);
    return refuse(network, strides, `${describeShape(tensor)} as output ${i} where float32 [${shape}] belongs`);
  });
  return { scores: flat.slice(0, n), boxes: flat.slice(n, 2 * n), keypoints: flat.slice(2 * n) };
}
