import { readModel, writeModel } from './model.js';
import type { Graph, Node, ValueInfo } from './schema.js';

/** Operators that leave rows and columns as they are. */
const SAME_SIZE = new Set([
  'Add',
  'BatchNormalization',
  'Cast',
  'Clip',
  'Div',
  'HardSigmoid',
  'Identity',
  'LeakyRelu',
  'Mul',
  'PRelu',
  'Relu',
  'Sigmoid',
  'Sub',
]);
const POOLS = new Set(['AveragePool', 'MaxPool']);

const integers = (node: Node, name: string) => node.attributes.find((one) => one.name === name)?.ints.map(Number);
const integer = (node: Node, name: string) => Number(node.attributes.find((one) => one.name === name)?.int ?? 0n);

/** A window that moves over rows and columns, or undefined where the file leaves its size to be worked out. */
function windowOf(node: Node) {
  const size = integers(node, 'kernel_shape');
  const padding = node.attributes.find(({ name }) => name === 'auto_pad')?.string;
  if (size?.length !== 2 || (padding && String.fromCharCode(...padding) !== 'NOTSET')) return undefined;
  const strides = integers(node, 'strides') ?? [1, 1];
  const dilations = integers(node, 'dilations') ?? [1, 1];
  const pads = integers(node, 'pads') ?? [0, 0, 0, 0];
  /** Padding minus the length of the window, for rows and columns. */
  const excess = size.map((side, axis) => pads[axis] + pads[axis + 2] - (dilations[axis] * (side - 1) + 1));
  return { strides, excess };
}

/** A number that divides rows and columns of an input: its fixed side, or `ofVarying`. */
function dividesImage({ type }: ValueInfo, ofVarying: number): number {
  const dimensions = type?.tensor?.shape?.dimensions ?? [];
  if (dimensions.length !== 4) return 1;
  const [rows, columns] = dimensions.slice(2).map(({ value }) => (value && value > 0 ? Number(value) : ofVarying));
  return rows === columns ? rows : 1;
}

/** Whether a whole number of windows fits, so that nothing is to be rounded. */
const fitsWhole = (divisor: number, { strides, excess }: NonNullable<ReturnType<typeof windowOf>>) =>
  strides.every((stride, axis) => divisor % stride === 0 && excess[axis] % stride === 0);

function floorNodes(graph: Graph, ofVarying: number): Node[] {
  /** By value, a number that divides its rows and columns; 1 where none is known. */
  const divisors = new Map<string, number>();
  for (const input of graph.inputs) divisors.set(input.name ?? '', dividesImage(input, ofVarying));
  // Files may list their weights among the inputs.
  for (const { name } of graph.initializers) divisors.delete(name ?? '');
  return graph.nodes.map((node) => {
    const [output] = node.outputs;
    if (SAME_SIZE.has(node.operator ?? '')) {
      divisors.set(output, Math.max(...node.inputs.map((name) => divisors.get(name) ?? 1)));
      return node;
    }
    const divisor = divisors.get(node.inputs[0]) ?? 1;
    const isPool = POOLS.has(node.operator ?? '');
    const window = isPool || node.operator === 'Conv' ? windowOf(node) : undefined;
    if (!window) return node;
    const [stride] = window.strides;
    // The output is the input's side divided by the stride.
    const isShare = window.strides[1] === stride && window.excess.every((one) => one < 0 && one >= -stride);
    if (divisor % stride === 0 && isShare) divisors.set(output, divisor / stride);
    if (!isPool || integer(node, 'ceil_mode') === 0 || !fitsWhole(divisor, window)) return node;
    return { ...node, attributes: node.attributes.filter(({ name }) => name !== 'ceil_mode') };
  });
}

/**
 * Lets pools round the size of their output down instead of up (`ceil_mode`) where nothing has to be rounded. The results are the
 * same. WebGPU's kernels in some builds of ONNX Runtime cannot round up.
 *
 * @param bytes an ONNX file
 * @param ofVarying a number that divides rows and columns of an input where the file leaves them open
 * @returns an ONNX file, or undefined where nothing is to be changed: also for bytes of another kind
 */
export function floorPools(bytes: Uint8Array, ofVarying: number): Uint8Array | undefined {
  try {
    const model = readModel(bytes);
    const { graph } = model;
    if (!graph) return undefined;
    const nodes = floorNodes(graph, ofVarying);
    if (nodes.every((node, i) => node === graph.nodes[i])) return undefined;
    return writeModel({ ...model, graph: { ...graph, nodes } });
  } catch {
    return undefined;
  }
}
