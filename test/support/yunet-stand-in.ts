import { Random } from '../../src/drawn-faces/random.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { writeModel } from '../../src/onnx/model.js';
import { operators } from '../../src/onnx/operators.js';

const STRIDES = [8, 16, 32];
const SIDE = 640;

/**
 * A network with the input and the outputs of face_detection_yunet_2023mar.onnx: `input` (1, 3, 640, 640) BGR 0..255 ->
 * `cls_8 cls_16 cls_32 obj_.. bbox_.. kps_..`, each (1, cells, 1 or 1 or 4 or 10). Its weights are random: what it finds
 * depends on every sample of each cell and on the order of the channels, and means nothing.
 */
export function yunetStandIn(seed: number): Uint8Array {
  const random = new Random(seed);
  const numbers = (count: number, spread: number) =>
    Array.from({ length: count }, () => random.between(-spread, spread));
  const g = new GraphBuilder('yunet-stand-in');
  const { transpose, reshape } = operators(g);
  const samples = g.input('input', 'float', [1, 3, SIDE, SIDE]);
  const kinds = { cls: 1, obj: 1, bbox: 4, kps: 10 };
  for (const [kind, length] of Object.entries(kinds)) {
    for (const stride of STRIDES) {
      const cells = (SIDE / stride) ** 2;
      const weights = g.float(numbers(length * 3 * stride * stride, 6 / stride / 255), [length, 3, stride, stride]);
      const map = g.add('Conv', [samples, weights, g.float(numbers(length, 0.3))], {
        kernel_shape: [BigInt(stride), BigInt(stride)],
        strides: [BigInt(stride), BigInt(stride)],
      });
      const rows = reshape(transpose(map, [0, 2, 3, 1]), [1, cells, length]);
      const isScore = kind === 'cls' || kind === 'obj';
      g.output(g.add(isScore ? 'Sigmoid' : 'Identity', [rows], {}, `${kind}_${stride}`), 'float', [1, cells, length]);
    }
  }
  return writeModel(g.model({ opset: 11, producerName: 'test' }));
}
