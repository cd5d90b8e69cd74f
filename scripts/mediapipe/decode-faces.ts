import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { operators } from '../../src/onnx/operators.js';
import { SCRFD } from '../../src/scrfd/spec.js';

/** Values of a face, by kind: probability; distances left, top, right, bottom; five points x y. */
export const FACE_LENGTHS = { scores: SCRFD.scoreLength, boxes: SCRFD.boxLength, keypoints: SCRFD.keypointLength };
export type FaceKind = keyof typeof FACE_LENGTHS;

/** What the network says of each cell of a picture. */
export interface FaceMaps {
  /** (1, 1, rows, columns), before the sigmoid */
  scores: Value;
  /** (1, 16, rows, columns), pixels of the picture from the middle of the cell */
  regressors: Value;
}

/** What becomes of the faces that are found in one picture. */
export interface Level {
  /** Pixels of the input for one of the picture. */
  scale: number;
  /** Cells along a side of a block, of which the best is taken. */
  block: number;
  /** Distance of the anchors that the blocks are written to, row by row and column by column, in pixels of the input. */
  stride: number;
  /**
   * Scores above 0.5 are pulled towards it by this factor. A coarser picture shows a face worse than a finer one, but the
   * network may be surer of it: so the finer one wins where two overlap, and what passes 0.5 stays the same.
   */
  confidence: number;
}

/** Pixels of a cell. */
const CELL = 4;

/** The values of a cell, each the first of an x and a y, and after them where the middle of the cell is. */
const CENTER = 0;
const SIZE = 2;
const LEFT_EYE = 4;
const RIGHT_EYE = 6;
const NOSE = 8;
const MOUTH = 10;
const REGRESSORS = 16;
const MIDDLE = 16;

/** Half the width of a mouth at rest in distances of the pupils: of adults about 50 mm and 63 mm. */
const MOUTH_CORNER = 0.4;

/**
 * The face from hairline to chin and from cheek to cheek as an ellipse: halves of its axes in sides of MediaPipe's square,
 * and how far it lies above the square's middle in distances from the eyes to the mouth. Measured by hand on the Mona Lisa.
 */
const HALF_LENGTH = 0.61;
const HALF_WIDTH = 0.45;
const RAISED = 0.2;

type Shares = Readonly<Record<number, number>>;

/** A number as a sum of values of the cell. */
const sum = (shares: Shares) => Array.from({ length: REGRESSORS + 2 }, (_, i) => shares[i] ?? 0);

/** x and y of a difference between places, from the shares of the values' x. */
const vector = (shares: Shares) => [
  sum(shares),
  sum(Object.fromEntries(Object.entries(shares).map(([i, share]) => [Number(i) + 1, share]))),
];

/** x and y of a place, which the network counts from the middle of the cell. */
const place = (shares: Shares) => vector({ ...shares, [MIDDLE]: 1 });

const KEYPOINTS = [
  place({ [LEFT_EYE]: 1 }),
  place({ [RIGHT_EYE]: 1 }),
  place({ [NOSE]: 1 }),
  place({ [MOUTH]: 1, [LEFT_EYE]: MOUTH_CORNER, [RIGHT_EYE]: -MOUTH_CORNER }),
  place({ [MOUTH]: 1, [LEFT_EYE]: -MOUTH_CORNER, [RIGHT_EYE]: MOUTH_CORNER }),
].flat();
const DOWN = vector({ [MOUTH]: 1, [LEFT_EYE]: -0.5, [RIGHT_EYE]: -0.5 });
const FACE_CENTER = place({ [CENTER]: 1, [MOUTH]: -RAISED, [LEFT_EYE]: RAISED / 2, [RIGHT_EYE]: RAISED / 2 });
const SQUARE = [sum({ [SIZE]: 0.5, [SIZE + 1]: 0.5 })];

/**
 * The best score of each block of cells, and the number of the cell that has it (the first one if there are several). Both are flat.
 * `MaxPool` gives both too, but ONNX Runtime's kernel for graphics cards does not give the numbers.
 */
function bestOfBlocks(g: GraphBuilder, scores: Value, block: number): { best: Value; cell: Value } {
  const { concat, reshape, transpose } = operators(g);
  const sides = g.int64([block]);
  const across = g.add('Div', [g.add('Shape', [scores], { start: 3n }), sides]);
  const shape = concat([g.int64([-1]), sides, across, sides], 0);
  const blocks = (cells: Value) => reshape(transpose(reshape(cells, shape), [0, 2, 1, 3]), [-1, block * block]);
  const numbers = g.add('Range', [g.int64(0), g.add('Size', [scores]), g.int64(1)]);
  const place = g.add('ArgMax', [blocks(scores)], { axis: 1n });
  const pick = (cells: Value) => reshape(g.add('GatherElements', [blocks(cells), place], { axis: 1n }), [-1]);
  return { best: pick(scores), cell: pick(numbers) };
}

/**
 * Cells -> grids of the faces in SCRFD's units, (rows, columns, length) by kind: the best cell of each block, with a score
 * of zero unless it is better than its neighbours.
 */
export function decodeFaces(g: GraphBuilder, { scores, regressors }: FaceMaps, level: Level): Record<FaceKind, Value> {
  const { add, sub, mul, div, min, sqrt, where, gather, reshape, transpose, concat, cast } = operators(g);
  const { scale, block, stride, confidence } = level;
  const { best, cell } = bestOfBlocks(g, scores, block);
  const around = g.add('MaxPool', [scores], { kernel_shape: [3n, 3n], pads: [1n, 1n, 1n, 1n] });
  const isPeak = g.add('GreaterOrEqual', [best, gather(reshape(around, [-1]), cell)]);
  const probability = g.add('Sigmoid', [best]);
  const ranked = min(probability, add(mul(probability, confidence), 0.5 * (1 - confidence)));
  const score = where(isPeak, ranked, 0);

  // From the anchor of the block to the middle of the cell, in strides.
  const step = (CELL * scale) / stride;
  const middle = (at: Value) => {
    const anchor = cast(g.add('Div', [at, g.int64(block)]), 'float');
    return reshape(add(sub(mul(cast(at, 'float'), step), anchor), step / 2), [-1, 1]);
  };
  const columns = g.add('Shape', [scores], { start: 3n });
  const column = middle(g.add('Mod', [cell, columns]));
  const row = middle(g.add('Div', [cell, columns]));
  const regressed = gather(reshape(transpose(regressors, [0, 2, 3, 1]), [-1, REGRESSORS]), cell);
  const values = concat([mul(regressed, scale / stride), column, row], 1);

  const rows = [...KEYPOINTS, ...DOWN, ...FACE_CENTER, ...SQUARE];
  const all = g.add('MatMul', [values, transpose(g.float(rows.flat(), [rows.length, REGRESSORS + 2]), [1, 0])]);
  const lengths = [KEYPOINTS, DOWN, FACE_CENTER, SQUARE].map(({ length }) => length);
  const [keypoints, down, center, side] = g.addMany('Split', [all, g.int64(lengths)], lengths.length, { axis: 1n });

  // Half the box around an ellipse of half axes a and b: sqrt(a^2 cos^2 + b^2 sin^2) on each side.
  const squares = mul(down, down);
  const along = div(squares, add(g.add('ReduceSum', [squares, g.int64([1])]), 1e-9));
  const half = mul(side, sqrt(add(mul(along, HALF_LENGTH ** 2 - HALF_WIDTH ** 2), HALF_WIDTH ** 2)));
  const boxes = concat([sub(half, center), add(half, center)], 1);

  const blocks = g.add('Div', [g.add('Shape', [scores], { start: 2n }), g.int64(block)]);
  const grid = (flat: Value, kind: FaceKind) => reshape(flat, concat([blocks, g.int64([FACE_LENGTHS[kind]])], 0));
  return { scores: grid(score, 'scores'), boxes: grid(boxes, 'boxes'), keypoints: grid(keypoints, 'keypoints') };
}
