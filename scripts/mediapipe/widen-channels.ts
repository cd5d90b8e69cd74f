import type { Constant, Layer, Network, TensorIndex } from './layers.js';

/**
 * Gives every map between two convolutions a number of channels that is a multiple of `multiple`, with channels of zeros
 * that nothing depends on. ONNX Runtime keeps maps in blocks of 8 or 16 channels (by the processor) and leaves that layout
 * for others, which takes longer than the zeros do.
 */
export function widenChannels(network: Network, multiple: number): Network {
  /** Channels of the widened maps. */
  const widened = new Map<TensorIndex, number>();
  const kept = new Set([...network.outputs, ...network.layers.flatMap((l) => (l.kind === 'reshape' ? [l.input] : []))]);
  const layers = network.layers.map((layer): Layer => {
    switch (layer.kind) {
      case 'convolution': {
        const [outputs, , , inputs] = layer.weights.shape;
        const after = kept.has(layer.output) ? outputs : roundUp(outputs, multiple);
        if (after !== outputs) widened.set(layer.output, after);
        const weights = pad(pad(layer.weights, 3, widened.get(layer.input) ?? inputs), 0, after);
        return { ...layer, weights, bias: pad(layer.bias, 0, after) };
      }
      case 'depthwise': {
        const channels = widened.get(layer.input);
        if (channels === undefined) return layer;
        widened.set(layer.output, channels);
        return { ...layer, weights: pad(layer.weights, 3, channels), bias: pad(layer.bias, 0, channels) };
      }
      case 'relu': {
        const channels = widened.get(layer.input);
        if (channels !== undefined) widened.set(layer.output, channels);
        return layer;
      }
      default:
        return layer;
    }
  });
  return { ...network, layers };
}

const roundUp = (count: number, multiple: number) => Math.ceil(count / multiple) * multiple;

/** The constant with zeros at the end of an axis. */
function pad(source: Constant, axis: number, side: number): Constant {
  const { shape, values } = source;
  if (shape[axis] === side) return source;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const padded = shape.with(axis, side);
  const result = new Float32Array(padded.reduce((product, length) => product * length, 1));
  const run = shape[axis] * inner;
  for (let i = 0; i * run < values.length; i++) result.set(values.subarray(i * run, (i + 1) * run), i * side * inner);
  return { shape: padded, values: result };
}
