import { Random } from '../../src/drawn-faces/random.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { operators } from '../../src/onnx/operators.js';

const STRIDES = [8, 16, 32];
const ANCHORS = 2;
const CHANNELS = 16;

/**
 * A network with SCRFD's input and outputs that leaves the number of images open: `images` (n, 3, side, side) -> nine outputs
 * (n, rows, 1 or 4 or 10). Its weights are random: what it finds depends on the whole of each image, and means nothing.
 */
export function scrfdStandIn(seed: number): Uint8Array {
  const random = new Random(seed);
  const g = new GraphBuilder('scrfd-stand-in');
  const { reshape, transpose } = operators(g);
  const convolution = (input: string, from: number, to: number, size: number, stride: number) => {
    const spread = 3 / Math.sqrt(from * size * size);
    const weights = Array.from({ length: to * from * size * size }, () => random.between(-spread, spread));
    const margin = BigInt(Math.floor(size / 2));
    return g.add('Conv', [input, g.float(weights, [to, from, size, size])], {
      kernel_shape: [BigInt(size), BigInt(size)],
      strides: [BigInt(stride), BigInt(stride)],
      pads: [margin, margin, margin, margin],
    });
  };
  const halved = (input: string, from: number) => g.add('Relu', [convolution(input, from, CHANNELS, 3, 2)]);
  let map = halved(halved(g.input('images', 'float', ['n', 3, 'side', 'side']), 3), CHANNELS);
  const maps = STRIDES.map(() => {
    map = halved(map, CHANNELS);
    return map;
  });
  for (const length of [1, 4, 10]) {
    for (const input of maps) {
      const cells = transpose(convolution(input, CHANNELS, ANCHORS * length, 1, 1), [0, 2, 3, 1]);
      const rows = reshape(cells, [0, -1, length]);
      const output = length === 1 ? g.add('Sigmoid', [rows]) : g.add('Abs', [rows]);
      g.output(output, 'float', ['n', undefined, length]);
    }
  }
  return writeModel(g.model({ opset: 17, producerName: 'test' }));
}
