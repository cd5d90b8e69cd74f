import { FACE_KEYPOINT_LIST, MARKER_COLORS } from '../../src/drawn-faces/drawn-face.js';
import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { KEYPOINT_NAMES, type Point } from '../../src/types.js';

/** The markers' colours in SCRFD's order of key points, RGB. */
export const COLORS = KEYPOINT_NAMES.map((name) => MARKER_COLORS[name]);

/**
 * Sum of absolute differences over R, G and B, in levels, from which on a colour is no marker. Blends of one marker with
 * what lies around it stay further than this from every other marker.
 */
export const COLOR_REACH = 130;

/** Distance to a colour -> how much of a pixel is marker: 1 up to half the reach, then falling to 0. */
export function membership(g: GraphBuilder, distance: Value, reach: number): Value {
  const share = g.add('Sub', [g.float(2), g.add('Mul', [distance, g.float(2 / reach)])]);
  return g.add('Clip', [share, g.float(0), g.float(1)]);
}

/**
 * Least-squares similarity transform of the drawn face's frame, as a linear map of the five measured points:
 * `(x0 y0 ... x4 y4) -> (a, b, tx, ty)` with `x = a X - b Y + tx`, `y = b X + a Y + ty`.
 * @returns `(10, 4)` row by row
 */
export function similarityFit(): number[][] {
  const n = FACE_KEYPOINT_LIST.length;
  const mean = (pick: (point: Point) => number) => FACE_KEYPOINT_LIST.reduce((sum, p) => sum + pick(p), 0) / n;
  const [mx, my] = [mean((p) => p.x), mean((p) => p.y)];
  const spread = FACE_KEYPOINT_LIST.reduce((sum, { x, y }) => sum + (x - mx) ** 2 + (y - my) ** 2, 0);
  return FACE_KEYPOINT_LIST.flatMap(({ x, y }) => {
    const [dx, dy] = [(x - mx) / spread, (y - my) / spread];
    return [
      [dx, -dy, 1 / n - dx * mx - dy * my, dy * mx - dx * my],
      [dy, dx, dx * my - dy * mx, 1 / n - dx * mx - dy * my],
    ];
  });
}

/** The map from `(a, b, tx, ty)` to points that are given in the face's frame: `(4, 2 n)` row by row. */
export function applySimilarity(points: readonly Point[]): number[][] {
  const columns = points.flatMap(({ x, y }) => [
    [x, -y, 1, 0],
    [y, x, 0, 1],
  ]);
  return [0, 1, 2, 3].map((row) => columns.map((column) => column[row]));
}
