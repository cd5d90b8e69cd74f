/** A tensor of a network, by its number in the file. */
export type TensorIndex = number;

/** Values that the file holds, in TensorFlow's order: channels last. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** `same`: the output has `ceil(side / stride)` samples, the odd row of padding at the bottom and right. `valid`: no padding. */
export type Padding = 'same' | 'valid';

interface Step {
  readonly input: TensorIndex;
  readonly output: TensorIndex;
}

interface Window {
  readonly padding: Padding;
  /** Rows, columns. */
  readonly strides: readonly [number, number];
}

interface Weighted {
  readonly weights: Constant;
  readonly bias: Constant;
}

/** Weights (outputs, height, width, inputs). */
export type Convolution = Step & Window & Weighted & { readonly kind: 'convolution' };

/** Weights (1, height, width, channels): each channel by itself. */
export type Depthwise = Step & Window & Weighted & { readonly kind: 'depthwise' };

/** What the face networks consist of. */
export type Layer =
  | Convolution
  | Depthwise
  /** Size: rows, columns. */
  | (Step & Window & { readonly kind: 'max-pool'; readonly size: readonly [number, number] })
  | (Step & { readonly kind: 'relu' })
  /** Slopes (1, 1, channels). */
  | (Step & { readonly kind: 'prelu'; readonly slopes: Constant })
  /** Zeros before and after each axis: batch, rows, columns, channels. */
  | (Step & { readonly kind: 'pad'; readonly amounts: readonly number[] })
  /** Twice as large, bilinear, half-pixel centres. */
  | (Step & { readonly kind: 'upsample' })
  | (Step & { readonly kind: 'reshape'; readonly shape: readonly number[] })
  | { readonly kind: 'add'; readonly inputs: readonly [TensorIndex, TensorIndex]; readonly output: TensorIndex }
  /** Channels of the one after channels of the other. */
  | {
      readonly kind: 'concatenate';
      readonly inputs: readonly [TensorIndex, TensorIndex];
      readonly output: TensorIndex;
    };

export interface Network {
  /** In the order of computing. */
  readonly layers: readonly Layer[];
  readonly inputs: readonly TensorIndex[];
  readonly outputs: readonly TensorIndex[];
}

/** What a layer computes from. */
export const layerInputs = (layer: Layer): readonly TensorIndex[] => ('inputs' in layer ? layer.inputs : [layer.input]);

/** The layer that computes a tensor. */
export function layerInto(network: Network, tensor: TensorIndex): Layer {
  const layer = network.layers.find(({ output }) => output === tensor);
  if (!layer) throw new RangeError(`No layer computes tensor ${tensor}.`);
  return layer;
}

/** The layers that these tensors depend on, in order. */
export function layersFor(network: Network, wanted: readonly TensorIndex[]): Layer[] {
  const needed = new Set(wanted);
  return network.layers
    .toReversed()
    .filter((layer) => {
      if (!needed.has(layer.output)) return false;
      for (const input of layerInputs(layer)) needed.add(input);
      return true;
    })
    .reverse();
}
