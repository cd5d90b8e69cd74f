import type { Constant, Layer, Network, TensorIndex } from './layers.js';

/**
 * PReLU as layers that ONNX Runtime keeps in its blocked layout: `s x + (1 - s) max(x, 0)`, each factor a convolution of 1 x 1
 * by channel, of which the first takes in the addition. The runtime's own PRelu wants the plain layout, so that each costs
 * two reorders, keeps the addition before it out of its convolution, and branches on the sign of every value: together they
 * took more than half of the time of the mesh.
 */
export function expandPrelu(network: Network): Network {
  let fresh = Math.max(...network.layers.map(({ output }) => output)) + 1;
  const layers = network.layers.flatMap((layer): Layer[] => {
    if (layer.kind !== 'prelu') return [layer];
    const { input, output, slopes } = layer;
    const [between, positive, scaled] = [fresh++, fresh++, fresh++];
    const [rest, slope] = [slopes.values.map((s) => 1 - s), slopes.values];
    // A convolution takes in the activation behind it too, which gives the same where no factor is negative.
    const steps: Layer[] = rest.every((factor) => factor >= 0)
      ? [multiply(input, between, rest), { kind: 'relu', input: between, output: positive }]
      : [{ kind: 'relu', input, output: between }, multiply(between, positive, rest)];
    return [...steps, multiply(input, scaled, slope), { kind: 'add', inputs: [scaled, positive], output }];
  });
  return { ...network, layers };
}

/** Each channel times its factor. */
function multiply(input: TensorIndex, output: TensorIndex, factors: Constant['values']): Layer {
  const channels = factors.length;
  return {
    kind: 'depthwise',
    ...{ input, output, padding: 'valid', strides: [1, 1] },
    weights: { shape: [1, 1, 1, channels], values: factors },
    bias: { shape: [channels], values: new Float32Array(channels) },
  };
}
