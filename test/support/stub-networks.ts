import { anchorLevels } from '../../src/scrfd/anchors.js';
import { tensor } from '../../src/tensor.js';
import type { Network, Tensor } from '../../src/types.js';

export interface StubOptions {
  side?: number;
  rank?: 2 | 3;
  /** Changes the outputs before they are returned. */
  change?: ((outputs: Tensor[]) => Tensor[] | undefined) | undefined;
}

const UP_FRONT = [-1, -1, 1, -1, 0, 0, -0.8, 1, 0.8, 1];

/** A detector that sees one face of 80 pixels around (320, 160) in its input: stride 16, row 10, middle column. */
export function stubDetector({ side = 640, rank = 2, change }: StubOptions = {}): Network {
  const shape = (rows: number, k: number) => (rank === 2 ? [rows, k] : [1, rows, k]);
  return {
    name: 'stub detector',
    inputs: [{ name: 'in', type: 'float32', shape: [1, 3, '?', '?'] }],
    outputs: [1, 4, 10].flatMap((k) =>
      anchorLevels(side).map(({ rows }, level) => ({ name: `${k}/${level}`, type: 'float32', shape: shape(rows, k) })),
    ),
    infer: async () => {
      const outputs = [1, 4, 10].flatMap((k) =>
        anchorLevels(side).map(({ rows }) => tensor(new Float32Array(rows * k), shape(rows, k))),
      );
      const row = (10 * (side / 16) + side / 32) * 2;
      outputs[1].data[row] = 0.9;
      outputs[4].data.set([2.5, 2.5, 2.5, 2.5], row * 4);
      outputs[7].data.set(UP_FRONT, row * 10);
      return change?.(outputs) ?? outputs;
    },
  };
}

export const stubLandmarker = (fill = 0): Network => ({
  name: 'stub landmarker',
  inputs: [{ name: 'data', type: 'float32', shape: ['None', 3, 192, 192] }],
  outputs: [{ name: 'fc1', type: 'float32', shape: ['None', 212] }],
  infer: async ({ shape }) => [tensor(new Float32Array(shape[0] * 212).fill(fill), [shape[0], 212])],
});
