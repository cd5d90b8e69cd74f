import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { SCRFD } from '../scrfd/spec.js';

/** The points of a face in the detector's order: two box corners, then the five key points. */
export const BOX_CORNERS = 2;
const POINTS = BOX_CORNERS + SCRFD.keypointLength / 2;

/** Decoded rows above the threshold, in the order of the network's rows. Detector input pixels. */
export interface Candidates {
  /** `(n)` */
  scores: Value;
  /** `(n, 7, 2)`: upper left and lower right corner of the box, five key points */
  points: Value;
}

/**
 * Twin of `scrfd/decode.ts`: anchor-relative outputs -> boxes and key points, only where `score > minScore`.
 *
 * @param side int64 scalar
 */
export function decodeAnchors(g: GraphBuilder, outputs: readonly Value[], side: Value, minScore: number): Candidates {
  const { add, sub, mul, div, greater, cast, concat, gather, reshape } = operators(g);
  const levels = SCRFD.strides.map((stride) => {
    const cells = div(side, g.int64(stride));
    return { stride: g.int64(stride), cells, rows: mul(mul(cells, cells), g.int64(SCRFD.anchorsPerCell)) };
  });
  /** The levels' outputs of one kind below each other, whether they come as `(n, values)` or `(1, n, values)`. */
  const rowsOf = (kind: number, values: number) => {
    const kindOutputs = outputs.slice(kind * levels.length, (kind + 1) * levels.length);
    const rows = kindOutputs.map((output) => g.add('Flatten', [output], { axis: -1n }));
    return reshape(concat(rows, 0), [-1, values]);
  };
  const allScores = reshape(rowsOf(0, SCRFD.scoreLength), [-1]);
  const found = reshape(g.add('NonZero', [greater(allScores, minScore)]), [-1]);

  const firstRows = levels.map((_, i) => levels.slice(0, i).reduce((sum, { rows }) => add(sum, rows), g.int64(0)));
  const later = firstRows.slice(1).map((row) => g.add('GreaterOrEqual', [found, row]));
  const level = later.map((inLater) => cast(inLater, 'int64')).reduce((total, x) => add(total, x));
  const perLevel = (values: readonly Value[]) =>
    gather(
      concat(
        values.map((value) => reshape(value, [1])),
        0,
      ),
      level,
    );
  const row = sub(found, perLevel(firstRows));
  const cell = div(row, g.int64(SCRFD.anchorsPerCell));
  const cells = perLevel(levels.map((entry) => entry.cells));
  const cellRow = div(cell, cells);
  const cellColumn = sub(cell, mul(cellRow, cells));
  const stride = reshape(cast(perLevel(levels.map((entry) => entry.stride)), 'float'), [-1, 1, 1]);
  const point = (x: Value, y: Value) => concat([reshape(x, [-1, 1, 1]), reshape(y, [-1, 1, 1])], 2);
  const centers = mul(cast(point(cellColumn, cellRow), 'float'), stride);

  // Left and top distances count backwards.
  const corners = mul(
    reshape(gather(rowsOf(1, SCRFD.boxLength), found), [-1, BOX_CORNERS, 2]),
    g.float([-1, -1, 1, 1], [1, BOX_CORNERS, 2]),
  );
  const keypoints = reshape(gather(rowsOf(2, SCRFD.keypointLength), found), [-1, POINTS - BOX_CORNERS, 2]);
  return {
    scores: gather(allScores, found),
    points: add(centers, mul(concat([corners, keypoints], 1), stride)),
  };
}
