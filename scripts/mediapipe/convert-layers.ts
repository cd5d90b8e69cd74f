import { toFloat16 } from '../../src/onnx/float16.js';
import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { DATA_TYPES } from '../../src/onnx/schema.js';
import { type Constant, type Layer, layersFor, type Network, type Padding, type TensorIndex } from './layers.js';

/** Computes tensors of a network from its input, in ONNX's order: channels before rows and columns. */
export type ConvertedNetwork = (g: GraphBuilder, input: Value, wanted: readonly TensorIndex[]) => Value[];

/**
 * Layers -> ONNX nodes. What comes back can be called several times: the copies share their weights.
 *
 * @param root the graph that holds the weights, those that fit exactly as float16
 */
export function convertLayers(root: GraphBuilder, network: Network): ConvertedNetwork {
  const stored = new Map<Constant, Value>();
  /** A constant whose axes are put in another order. */
  const constant = (source: Constant, axes: readonly number[]) => {
    const shape = axes.map((axis) => source.shape[axis]);
    const value = stored.get(source) ?? weights(root, transpose(source, axes), shape);
    stored.set(source, value);
    return value;
  };

  function convert(g: GraphBuilder, layer: Layer, value: (tensor: TensorIndex) => Value): Value {
    const big = (numbers: readonly number[]) => numbers.map(BigInt);
    switch (layer.kind) {
      case 'convolution':
      case 'depthwise': {
        const { shape } = layer.weights;
        const depthwise = layer.kind === 'depthwise';
        const size = shape.slice(1, 3);
        const axes = depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2];
        return g.add('Conv', [value(layer.input), constant(layer.weights, axes), constant(layer.bias, [0])], {
          kernel_shape: big(size),
          strides: big(layer.strides),
          pads: big(pads(layer.padding, size, layer.strides)),
          group: BigInt(depthwise ? shape[3] : 1),
        });
      }
      case 'max-pool':
        return g.add('MaxPool', [value(layer.input)], {
          kernel_shape: big(layer.size),
          strides: big(layer.strides),
          pads: big(pads(layer.padding, layer.size, layer.strides)),
        });
      case 'add':
        return g.add('Add', layer.inputs.map(value));
      case 'concatenate':
        return g.add('Concat', layer.inputs.map(value), { axis: 1n });
      case 'relu':
        return g.add('Relu', [value(layer.input)]);
      case 'prelu':
        return g.add('PRelu', [value(layer.input), constant(layer.slopes, [2, 0, 1])]);
      case 'pad': {
        const [n, n2, top, bottom, left, right, first, last] = layer.amounts;
        return g.add('Pad', [value(layer.input), g.int64([n, first, top, left, n2, last, bottom, right])]);
      }
      case 'upsample':
        return g.add('Resize', [value(layer.input), '', g.float([1, 1, 2, 2])], {
          mode: 'linear',
          coordinate_transformation_mode: 'half_pixel',
        });
      case 'reshape': {
        const channelsLast = g.add('Transpose', [value(layer.input)], { perm: [0n, 2n, 3n, 1n] });
        return g.add('Reshape', [channelsLast, g.int64(layer.shape)]);
      }
    }
  }

  return (g, input, wanted) => {
    const values = new Map([[network.inputs[0], input]]);
    const value = (tensor: TensorIndex) => values.get(tensor) as Value;
    for (const layer of layersFor(network, wanted)) values.set(layer.output, convert(g, layer, value));
    return wanted.map(value);
  };
}

/**
 * Padding before rows and columns, then after them. Strides divide the sides, so that `same` pads `size - stride` samples;
 * of an odd number one more comes after.
 */
function pads(padding: Padding, size: readonly number[], strides: readonly number[]): number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  const before = size.map((length, axis) => Math.floor(Math.max(length - strides[axis], 0) / 2));
  return [...before, ...size.map((length, axis) => length - 1 - before[axis])];
}

/** Stores values as float16 where that is exact, at half the size; ONNX Runtime widens them once, as it loads them. */
export function weights(g: GraphBuilder, values: ArrayLike<number>, shape: readonly number[]): Value {
  const exact = Array.prototype.every.call(values, (value) => toFloat16(value) !== undefined);
  if (!exact) return g.float(values, shape);
  return g.add('Cast', [g.constant('float16', values, shape)], { to: BigInt(DATA_TYPES.float) });
}

/** The values with axis `axes[i]` as the new axis `i`. */
function transpose({ values, shape }: Constant, axes: readonly number[]): Float32Array {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const result = new Float32Array(values.length);
  const sides = axes.map((axis) => shape[axis]);
  const index = sides.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = values[axes.reduce((from, axis, k) => from + index[k] * steps[axis], 0)];
    for (let k = index.length - 1; k >= 0 && ++index[k] === sides[k]; k--) index[k] = 0;
  }
  return result;
}
