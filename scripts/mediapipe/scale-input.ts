import { type Convolution, layerInputs, type Network } from './layers.js';

/** How the samples that come differ from those that the network was trained on. */
export interface InputScale {
  /** Factor that turns the former into the latter. */
  scale: number;
  /** They come as B G R where the network takes R G B. */
  swapChannels?: boolean;
}

/** The network for other samples: the difference goes into its first convolution, so that it costs nothing. */
export function scaleInput(network: Network, { scale, swapChannels = false }: InputScale): Network {
  const layers = network.layers.map((layer) =>
    layer.kind === 'convolution' && layerInputs(layer)[0] === network.inputs[0]
      ? scaleWeights(layer, scale, swapChannels)
      : layer,
  );
  return { ...network, layers };
}

function scaleWeights(layer: Convolution, scale: number, swapChannels: boolean): Convolution {
  const { shape, values } = layer.weights;
  const channels = shape[3];
  const scaled = Float32Array.from(values, (_, i) => {
    const channel = i % channels;
    return scale * values[swapChannels ? i - channel + (channels - 1 - channel) : i];
  });
  return { ...layer, weights: { shape, values: scaled } };
}
