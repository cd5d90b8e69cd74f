import { ModelContractError } from '../errors.js';
import { tensorValues } from '../ops/tensor.js';
import type { NetworkInfo, Tensor, TensorInfo } from '../types.js';
import { LANDMARK106, type LandmarkSpec } from './spec.js';

function refuse(network: NetworkInfo, { inputSide, points }: LandmarkSpec, received: string): never {
  throw new ModelContractError({
    name: `the landmarker (${network.name})`,
    expected: `a ${points}-point landmark network (input [N,3,${inputSide},${inputSide}], output [N,${2 * points}])`,
    received,
    hint: 'Use 2d106det.onnx; `facial-lmk models fetch` gets it.',
  });
}

const shapeText = ({ name, shape }: TensorInfo) => `${name} [${shape.join(',')}]`;

const matches = (dimension: number | string, value: number) =>
  typeof dimension === 'string' || dimension < 0 || dimension === value;

/** Refuses a network that declares anything but 2d106det's input and output, before it runs. */
export function checkLandmarker(network: NetworkInfo, spec: LandmarkSpec = LANDMARK106): void {
  const { inputSide, points } = spec;
  const { inputs, outputs } = network;
  const [input] = inputs;
  if (
    inputs.length !== 1 ||
    input.type !== 'float32' ||
    input.shape.length !== 4 ||
    ![3, inputSide, inputSide].every((side, i) => matches(input.shape[i + 1], side))
  ) {
    refuse(network, spec, `the inputs ${inputs.map(shapeText).join(', ')}`);
  }
  const [output] = outputs;
  if (outputs.length !== 1 || output.shape.length !== 2 || !matches(output.shape[1], 2 * points)) {
    refuse(network, spec, `the outputs ${outputs.map(shapeText).join(', ')}`);
  }
}

/** Faces that the network takes at once: its fixed batch, or undefined where it leaves the choice. */
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
  const { points } = spec;
  const output = tensors?.[0];
  if (tensors?.length !== 1 || output.shape.length !== 2 || output.shape[0] !== n || output.shape[1] !== 2 * points) {
    refuse(
      network,
      spec,
      `${tensors?.length ?? 'no'} tensors from a run, [${output?.shape.join(',')}] where [${n},${2 * points}] belongs`,
    );
  }
  const values = tensorValues(output);
  if (values.length !== n * 2 * points) {
    refuse(network, spec, `${values.length} values from a run where [${n},${2 * points}] belongs`);
  }
  return values;
}
