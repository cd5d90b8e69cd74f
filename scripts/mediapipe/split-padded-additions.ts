import { type Constant, type Convolution, type Layer, layerInputs, type Network, type TensorIndex } from './layers.js';

/**
 * A block that ends with more channels than it begins with adds zeros to the channels of its shortcut, and then the
 * shortcut to its last convolution. The sums are the same when that convolution is split: one part for the channels that
 * the shortcut has, which are added, and one for the rest, which are not. ONNX Runtime can run the addition and the
 * activation inside a convolution then, and padding over channels would force it out of its blocked layout.
 */
export function splitPaddedAdditions(network: Network): Network {
  const uses = (tensor: TensorIndex) => network.layers.filter((layer) => layerInputs(layer).includes(tensor));
  let fresh = Math.max(...network.layers.map(({ output }) => output)) + 1;
  const replaced = new Map<Layer, Layer[]>();
  for (const pad of network.layers) {
    if (pad.kind !== 'pad' || pad.amounts.slice(0, 7).some((amount) => amount !== 0)) continue;
    const [addition, ...others] = uses(pad.output);
    if (addition?.kind !== 'add' || others.length > 0) continue;
    const last = network.layers.find(({ output }) => output !== pad.output && addition.inputs.includes(output));
    if (last?.kind !== 'convolution') continue;
    const channels = last.bias.shape[0] - pad.amounts[7];
    const [added, sum, rest] = [fresh++, fresh++, fresh++];
    const parts: Layer[] = [
      { ...sliceOutputs(last, 0, channels), output: added },
      { kind: 'add', inputs: [pad.input, added], output: sum },
      { ...sliceOutputs(last, channels, last.bias.shape[0]), output: rest },
    ];
    for (const layer of [pad, last, addition]) replaced.set(layer, []);
    const [behind, ...more] = uses(addition.output);
    if (behind?.kind === 'relu' && more.length === 0) {
      const [first, second] = [fresh++, fresh++];
      parts.push({ kind: 'relu', input: sum, output: first }, { kind: 'relu', input: rest, output: second });
      replaced.set(behind, [...parts, { kind: 'concatenate', inputs: [first, second], output: behind.output }]);
    } else {
      replaced.set(addition, [...parts, { kind: 'concatenate', inputs: [sum, rest], output: addition.output }]);
    }
  }
  return { ...network, layers: network.layers.flatMap((layer) => replaced.get(layer) ?? [layer]) };
}

function sliceOutputs(layer: Convolution, start: number, end: number): Convolution {
  const slice = ({ shape, values }: Constant): Constant => {
    const length = values.length / shape[0];
    return { shape: [end - start, ...shape.slice(1)], values: values.slice(start * length, end * length) };
  };
  return { ...layer, weights: slice(layer.weights), bias: slice(layer.bias) };
}
