import type { GraphBuilder, Value } from '../../src/onnx/graph-builder.js';
import { operators } from '../../src/onnx/operators.js';

/** The edge of the mesh from the temple to the chin, image-left, then image-right: the mesh's own face oval. */
const EDGE = [
  [54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
  [284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152],
] as const;
const HALVES = EDGE.length;
const STEPS = EDGE[0].length - 1;

/** The outer corners of the eyes, image-left and image-right. */
const OUTER_CORNERS = [33, 263] as const;

/** What {@link contour} is made from. */
export const CONTOUR_VERTICES: readonly number[] = [...OUTER_CORNERS, ...EDGE.flat()];

/** Points of one half, from the ear to the chin, which both halves have. */
export const HALF_CONTOUR = 17;

/** Too short to matter, long enough to divide by. */
const SHORT = 1e-6;

/**
 * The contour as the 106-point and the 300-W markups define it: from the height of the eyes on one side along the edge of
 * the face to the chin, and up to the height of the eyes on the other side, each half divided evenly. So no place on the
 * edge is set by hand or fitted to anything.
 *
 * Sums are added one after the other, and all else is single numbers: so a face gives the same bits alone and among others.
 *
 * @param vertices (n, {@link CONTOUR_VERTICES}, 2)
 * @returns (n, 34, 2): the left half, then the right half
 */
export function contour(g: GraphBuilder, vertices: Value): Value {
  const { add, sub, mul, div, max, clip, sqrt, slice, split, reshape } = operators(g);
  /** Sums along an axis, first to last. */
  const running = (values: Value, axis: number, exclusive = 0n) =>
    g.add('CumSum', [values, g.int64(axis)], { exclusive });
  const total = (values: Value, axis: number) => slice(running(values, axis), -1, Number.MAX_SAFE_INTEGER, axis);

  const edge = reshape(slice(vertices, OUTER_CORNERS.length, CONTOUR_VERTICES.length, 1), [-1, HALVES, STEPS + 1, 2]);
  const from = slice(edge, 0, STEPS, 2);
  const steps = sub(slice(edge, 1, STEPS + 1, 2), from);
  const [stepX, stepY] = split(steps, 2, 3);
  const lengths = max(sqrt(add(mul(stepX, stepX), mul(stepY, stepY))), SHORT);

  // How far each vertex lies below the line through the corners of the eyes, in some unit.
  const corner = (i: number) => reshape(slice(vertices, i, i + 1, 1), [-1, 1, 1, 2]);
  const [lineX, lineY] = split(sub(corner(1), corner(0)), 2, 3);
  const [offsetX, offsetY] = split(sub(edge, corner(0)), 2, 3);
  const below = sub(mul(lineX, offsetY), mul(lineY, offsetX));
  // The part of each step above that line: all of it, none, or as far as to where it crosses.
  const belowFrom = slice(below, 0, STEPS, 2);
  const descent = max(sub(slice(below, 1, STEPS + 1, 2), belowFrom), SHORT);
  const start = total(mul(lengths, clip(div(sub(0, belowFrom), descent), 0, 1)), 2);

  // How far each point has come along the edge, (n, 2, 17, 1, 1), and how much of each step that covers, (n, 2, 17, 14, 1).
  const shares = Float32Array.from({ length: HALF_CONTOUR }, (_, i) => i / (HALF_CONTOUR - 1));
  const rest = sub(total(lengths, 2), start);
  const way = add(start, mul(rest, g.float(shares, [1, 1, HALF_CONTOUR, 1])));
  const ofEach = (values: Value, length: number) => reshape(values, [-1, HALVES, 1, STEPS, length]);
  const beyond = sub(reshape(way, [-1, HALVES, HALF_CONTOUR, 1, 1]), ofEach(running(lengths, 2, 1n), 1));
  const covered = clip(div(beyond, ofEach(lengths, 1)), 0, 1);
  const moved = reshape(total(mul(covered, ofEach(steps, 2)), 3), [-1, HALVES, HALF_CONTOUR, 2]);
  return reshape(add(slice(edge, 0, 1, 2), moved), [-1, HALVES * HALF_CONTOUR, 2]);
}
