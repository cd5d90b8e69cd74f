import { operators } from '../../src/merged/operators.js';
import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { SCRFD } from '../../src/scrfd/spec.js';

/** The best face of each block of cells, in blocks from the block's corner. */
export interface FaceRows {
  /** (blocks, 1) */
  scores: Value;
  /** (blocks, 4) distances left top right bottom */
  boxes: Value;
  /** (blocks, 10) x y */
  keypoints: Value;
}

/** What the network says of each cell. */
export interface FaceMaps {
  /** (1, 1, rows, columns), before the sigmoid */
  scores: Value;
  /** (1, 16, rows, columns), pixels from the cell's middle */
  regressors: Value;
  /** How often the picture was halved. */
  level: number;
  /** Cells along a side of a block. */
  block: number;
}

/** Pixels of a cell. */
export const CELL = 4;

/** Where each part of a face lies in the 16 numbers: x, then y. */
const CENTER = 0;
const SIZE = 2;
const LEFT_EYE = 4;
const RIGHT_EYE = 6;
const NOSE = 8;
const MOUTH = 10;
const REGRESSORS = 16;

/** Distance from the middle of the mouth to its corners, in distances of the eyes: a resting mouth reaches below the pupils. */
const MOUTH_CORNER = 0.37;

/**
 * A coarser level sees the same face worse than a finer one, but may be surer of it. Scores above 0.5 are pulled towards
 * it by these factors, so that of two that overlap the finer one wins.
 */
const CONFIDENCE = [1, 0.7, 0.5, 0.35];

/** A face as an ellipse: half its length and half its width, and how far its middle lies below the eyes. */
const HALF_LENGTH = 0.62;
const HALF_WIDTH = 0.48;
const SHIFT = 0;

/** A row of weights over the 16 numbers. */
const pick = (shares: Readonly<Record<number, number>>) => Array.from({ length: REGRESSORS }, (_, i) => shares[i] ?? 0);

/** Each of x and y of a point as a row of weights. */
const point = (x: Readonly<Record<number, number>>) => [
  pick(x),
  pick(Object.fromEntries(Object.entries(x).map(([i, share]) => [Number(i) + 1, share]))),
];

const KEYPOINTS = [
  ...point({ [LEFT_EYE]: 1 }),
  ...point({ [RIGHT_EYE]: 1 }),
  ...point({ [NOSE]: 1 }),
  ...point({ [MOUTH]: 1, [LEFT_EYE]: MOUTH_CORNER, [RIGHT_EYE]: -MOUTH_CORNER }),
  ...point({ [MOUTH]: 1, [LEFT_EYE]: -MOUTH_CORNER, [RIGHT_EYE]: MOUTH_CORNER }),
];
const DOWN = point({ [MOUTH]: 1, [LEFT_EYE]: -0.5, [RIGHT_EYE]: -0.5 });

/** Cells -> SCRFD's rows: the surest cell of each block, if it is surer than its neighbours too. */
export function decodeFaces(g: GraphBuilder, { scores, regressors, level, block }: FaceMaps): FaceRows {
  const { add, sub, mul, div, min, sqrt, where, gather, reshape, transpose, concat, cast } = operators(g);
  const matmul = (x: Value, rows: number[][]) =>
    g.add('MatMul', [x, transpose(g.float(rows.flat(), [rows.length, REGRESSORS]), [1, 0])]);

  // The best of each block, and its place in the flattened map.
  const [best, places] = g.addMany('MaxPool', [scores], 2, {
    kernel_shape: [BigInt(block), BigInt(block)],
    strides: [BigInt(block), BigInt(block)],
  });
  const around = g.add('MaxPool', [scores], { kernel_shape: [3n, 3n], pads: [1n, 1n, 1n, 1n] });
  const cell = reshape(places, [-1]);
  const raw = reshape(best, [-1, 1]);
  const isPeak = g.add('GreaterOrEqual', [raw, reshape(gather(reshape(around, [-1]), cell), [-1, 1])]);
  const probability = g.add('Sigmoid', [raw]);
  const k = CONFIDENCE[level];
  const ranked = min(probability, add(mul(probability, k), 0.5 * (1 - k)));
  const score = where(isPeak, ranked, 0);

  const columns = g.add('Shape', [scores], { start: 3n, end: 4n });
  const inBlock = (index: Value) => cast(g.add('Mod', [index, g.int64([block])]), 'float');
  // The middle of the cell, from the corner of its block, in blocks.
  const within = (index: Value) => reshape(mul(add(inBlock(index), 0.5), 1 / block), [-1, 1]);
  const origin = concat([within(cell), within(g.add('Div', [cell, columns]))], 1);

  const values = mul(gather(reshape(transpose(regressors, [0, 2, 3, 1]), [-1, REGRESSORS]), cell), 1 / (CELL * block));
  const keypoints = add(matmul(values, KEYPOINTS), g.add('Tile', [origin, g.int64([1, SCRFD.keypointLength / 2])]));

  const down = matmul(values, DOWN);
  const size = matmul(values, [pick({ [SIZE]: 0.5, [SIZE + 1]: 0.5 })]);
  const center = add(add(matmul(values, point({ [CENTER]: 1 })), origin), mul(down, SHIFT));
  const squared = mul(down, down);
  const total = add(g.add('ReduceSum', [squared, g.int64([1])]), 1e-9);
  // Sides of the box around a turned ellipse, from the share of each direction in its axis.
  const along = div(squared, total);
  const half = mul(size, sqrt(add(mul(along, HALF_LENGTH ** 2 - HALF_WIDTH ** 2), HALF_WIDTH ** 2)));
  const boxes = concat([sub(half, center), add(half, center)], 1);

  return { scores: score, boxes, keypoints };
}
