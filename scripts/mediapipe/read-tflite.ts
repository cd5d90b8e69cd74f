import { ModelFileError } from '../../src/errors.js';
import { fromFloat16 } from '../../src/onnx/float16.js';
import { FlatTable } from './flatbuffer.js';
import type { Constant, Layer, Network, Padding, TensorIndex } from './layers.js';

// Field numbers and codes of tensorflow/lite/schema/schema.fbs (github.com/tensorflow/tensorflow).
const MODEL = { operatorCodes: 1, subgraphs: 2, buffers: 4 };
const OPERATOR_CODE = { deprecatedCode: 0, customCode: 1, code: 3 };
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 };
const TENSOR = { shape: 0, type: 1, buffer: 2, name: 3, sparsity: 6 };
const BUFFER = { data: 0 };
const OPERATOR = { code: 0, inputs: 1, outputs: 2, options: 4 };
/** Element types by their codes. */
const TENSOR_TYPES = [
  { size: 4, list: Float32Array, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  { size: 2, list: Float32Array, read: (view: DataView, at: number) => fromFloat16(view.getUint16(at, true)) },
  { size: 4, list: Int32Array, read: (view: DataView, at: number) => view.getInt32(at, true) },
];
const PADDINGS: readonly Padding[] = ['same', 'valid'];

/** Names of the operators that MediaPipe's face networks use, by their codes. Custom ones bring their names along. */
const OPERATORS: Readonly<Record<number, string>> = {
  0: 'ADD',
  2: 'CONCATENATION',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  5: 'DEPTH_TO_SPACE',
  6: 'DEQUANTIZE',
  17: 'MAX_POOL_2D',
  19: 'RELU',
  22: 'RESHAPE',
  23: 'RESIZE_BILINEAR',
  34: 'PAD',
  54: 'PRELU',
  124: 'DENSIFY',
};

const HINT = 'The converter knows what the face networks of MediaPipe use; another network may need more.';

/**
 * TensorFlow Lite file -> layers. Weights become float32: those that are stored as float16 and widened by DEQUANTIZE
 * keep their exact values.
 *
 * @param name what an error calls the file
 * @throws ModelFileError for bytes that break off or hold an operator, a type or an option that is not known here
 */
export function readTflite(bytes: Uint8Array, name: string): Network {
  try {
    return readNetwork(bytes, name);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelFileError({
      name,
      expected: 'a whole TensorFlow Lite network',
      received: `${bytes.length} bytes that break off or do not fit the format`,
      cause,
    });
  }
}

function readNetwork(bytes: Uint8Array, name: string): Network {
  const refuse = (expected: string, received: string): never => {
    throw new ModelFileError({ name, expected, received, hint: HINT });
  };
  // The identifier tells this format from other flatbuffers.
  if (new TextDecoder().decode(bytes.subarray(4, 8)) !== 'TFL3') throw new RangeError('The identifier is missing.');
  const model = FlatTable.root(bytes);
  const buffers = model.tables(MODEL.buffers);
  const codes = model.tables(MODEL.operatorCodes).map((code) => {
    // Codes up to 127 stand in the older field, as a byte.
    const number = Math.max(code.int8(OPERATOR_CODE.deprecatedCode), code.int32(OPERATOR_CODE.code));
    return OPERATORS[number] ?? (code.string(OPERATOR_CODE.customCode) || `number ${number}`);
  });
  const subgraphs = model.tables(MODEL.subgraphs);
  if (subgraphs.length !== 1) refuse('one graph', String(subgraphs.length));
  const [graph] = subgraphs;
  const tensors = graph.tables(SUBGRAPH.tensors);

  /** Constants by tensor; DEQUANTIZE adds to them. */
  const constants = new Map<TensorIndex, Constant>();
  tensors.forEach((tensor, index) => {
    const data = at(buffers, tensor.int32(TENSOR.buffer)).bytes(BUFFER.data);
    if (data.length === 0) return;
    const type = TENSOR_TYPES[tensor.int8(TENSOR.type)];
    if (type === undefined || tensor.table(TENSOR.sparsity)) {
      refuse('dense constants of float32, float16 or int32', `${tensor.string(TENSOR.name)}, which is of another kind`);
    }
    const shape = tensor.int32s(TENSOR.shape);
    const count = shape.reduce((product, side) => product * side, 1);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const values = new type.list(count);
    for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.size);
    constants.set(index, { shape, values });
  });
  const constant = (index: TensorIndex) =>
    constants.get(index) ?? refuse('constant weights', `weights that are computed (tensor ${index})`);

  const layers: Layer[] = [];
  for (const operator of graph.tables(SUBGRAPH.operators)) {
    const kind = at(codes, operator.int32(OPERATOR.code));
    const inputs = operator.int32s(OPERATOR.inputs);
    const [output] = operator.int32s(OPERATOR.outputs);
    const [input] = inputs;
    const options = operator.table(OPERATOR.options);
    const checkOption = (fits: boolean, what: string) => fits || refuse(`${kind} with ${what}`, `${kind} without`);
    const padding = () => PADDINGS[options?.int8(0) ?? 0];
    const strides = () => [options?.int32(2), options?.int32(1)] as [number, number];
    switch (kind) {
      case 'DEQUANTIZE':
        constants.set(output, constant(input));
        break;
      case 'CONV_2D':
        checkOption(options?.int8(3) === 0, 'no activation of its own');
        checkOption(options?.int32(4, 1) === 1 && options.int32(5, 1) === 1, 'no dilation');
        layers.push({
          kind: 'convolution',
          ...{ input, output, padding: padding(), strides: strides() },
          ...{ weights: constant(inputs[1]), bias: constant(inputs[2]) },
        });
        break;
      case 'DEPTHWISE_CONV_2D':
        checkOption(options?.int8(4) === 0, 'no activation of its own');
        checkOption(options?.int32(5, 1) === 1 && options.int32(6, 1) === 1, 'no dilation');
        checkOption(options?.int32(3) === 1, 'one output for each channel');
        layers.push({
          kind: 'depthwise',
          ...{ input, output, padding: padding(), strides: strides() },
          ...{ weights: constant(inputs[1]), bias: constant(inputs[2]) },
        });
        break;
      case 'MAX_POOL_2D':
        checkOption(options?.int8(5) === 0, 'no activation of its own');
        layers.push({
          kind: 'max-pool',
          ...{ input, output, padding: padding(), strides: strides() },
          size: [options?.int32(4), options?.int32(3)] as [number, number],
        });
        break;
      case 'ADD':
        checkOption((options?.int8(0) ?? 0) === 0, 'no activation of its own');
        layers.push({ kind: 'add', inputs: [input, inputs[1]], output });
        break;
      case 'RELU':
        layers.push({ kind: 'relu', input, output });
        break;
      case 'PRELU':
        layers.push({ kind: 'prelu', input, output, slopes: constant(inputs[1]) });
        break;
      case 'PAD': {
        const amounts = Array.from(constant(inputs[1]).values);
        checkOption(amounts.length === 8, 'four axes');
        layers.push({ kind: 'pad', input, output, amounts });
        break;
      }
      case 'RESIZE_BILINEAR': {
        const sides = at(tensors, input).int32s(TENSOR.shape);
        const [height, width] = constant(inputs[1]).values;
        checkOption(height === 2 * sides[1] && width === 2 * sides[2], 'twice the size');
        checkOption(options?.int8(2) === 0 && options.int8(3) === 1, 'half-pixel centres');
        layers.push({ kind: 'upsample', input, output });
        break;
      }
      case 'RESHAPE':
        layers.push({ kind: 'reshape', input, output, shape: at(tensors, output).int32s(TENSOR.shape) });
        break;
      default:
        refuse('operators that can be converted', `the operator ${kind}`);
    }
  }
  return { layers, inputs: graph.int32s(SUBGRAPH.inputs), outputs: graph.int32s(SUBGRAPH.outputs) };
}

function at<T>(list: readonly T[], index: number): T {
  if (!(index in list)) throw new RangeError(`There is no entry ${index}.`);
  return list[index];
}
