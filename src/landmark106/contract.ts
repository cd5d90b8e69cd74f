import { checkNetworkInfo } from '../check-network.js';
import { describe } from '../describe.js';
import { describeTensor } from '../describe-tensor.js';
import { ModelContractError } from '../errors.js';
import { describeShape, isTensor, tensorValues } from '../tensor.js';
import type { NetworkInfo, Tensor } from '../types.js';
import { checkLandmarkSpec, LANDMARK106, type LandmarkSpec, MAX_BATCH } from './spec.js';

function refuse(network: NetworkInfo, { inputSide, points }: LandmarkSpec, received: string): never {
  throw new ModelContractError({
    name: `the landmarker (${network.name})`,
    expected: `a ${points}-point landmark network (float32 input [N,3,${inputSide},${inputSide}], N at most ${MAX_BATCH}, float32 output [N,${2 * points}])`,
    received,
    hint: 'Use 2d106det.onnx; `facial-lmk models fetch` gets it.',
  });
}

const matches = (dimension: number | string, value: number) =>
  typeof dimension === 'string' || dimension < 0 || dimension === value;

/**
 * Refuses a network that declares anything but 2d106det's input and output, before it runs.
 * @throws ModelContractError, InvalidOptionError for anything but a network
 */
export function checkLandmarker(network: NetworkInfo, spec: LandmarkSpec = LANDMARK106): void {
  const { inputSide, points } = checkLandmarkSpec('spec', spec);
  const { inputs, outputs } = checkNetworkInfo('network', network);
  const [input] = inputs;
  if (
    inputs.length !== 1 ||
    input.type !== 'float32' ||
    input.shape.length !== 4 ||
    ![3, inputSide, inputSide].every((side, i) => matches(input.shape[i + 1], side)) ||
    (fixedBatch(network) ?? 1) > MAX_BATCH
  ) {
    refuse(network, spec, `the inputs ${inputs.map(describeTensor).join(', ')}`);
  }
  const [output] = outputs;
  if (
    outputs.length !== 1 ||
    output.type !== 'float32' ||
    output.shape.length !== 2 ||
    !matches(output.shape[1], 2 * points)
  ) {
    refuse(network, spec, `the outputs ${outputs.map(describeTensor).join(', ')}`);
  }
}

/** The fixed batch of the network; undefined when it is variable. */
export function fixedBatch(network: NetworkInfo): number | undefined {
  const batch = network.inputs[0].shape[0];
  return typeof batch === 'number' && batch > 0 ? batch : undefined;
}

/** The `(n, 2 * points)` values of a run, x and y in turn. */
export function landmarkValues(
  network: NetworkInfo,
  tensors: readonly Tensor[],
  n: number,
  spec: LandmarkSpec = LANDMARK106,
): Float32Array {
  const shape = `${n},${2 * spec.points}`;
  const [output] = Array.isArray(tensors) && tensors.length === 1 ? tensors : [];
  if (isTensor(output, Float32Array) && output.shape.join() === shape) return tensorValues(output);
  const received = output === undefined ? describe(tensors) : describeShape(output);
  return refuse(network, spec, `${received} from a run where float32 [${shape}] belongs`);
}
