import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { operators } from '../onnx/operators.js';
import { affineEntries } from './affine.js';
import type { ImagePlanes } from './image-planes.js';

/**
 * Two columns and rows of black around the image. Every position that matters is in `[-2, width]`, so that a tap outside
 * the image reads 0 without a test.
 */
const BORDER = 2;

/** The image with its border, flat. */
export interface BorderedPlanes {
  /** `(3, (h + 4) * (w + 4))` uint8 */
  planes: Value;
  /** `w + 4`, int32 */
  rowLength: Value;
  /** Sides of the image, float32. */
  width: Value;
  height: Value;
}

export function borderedPlanes(g: GraphBuilder, { planes, width, height }: ImagePlanes): BorderedPlanes {
  const { add, cast, reshape } = operators(g);
  const padded = g.add('Pad', [planes, g.int64([0, BORDER, BORDER, 0, BORDER, BORDER])]);
  return {
    planes: reshape(padded, [3, -1]),
    rowLength: cast(add(width, g.int64(2 * BORDER)), 'int32'),
    width: cast(width, 'float'),
    height: cast(height, 'float'),
  };
}

/**
 * Twin of `ops/warp-affine.ts` for one face.
 *
 * @param cropToImage `(6)`
 * @returns `(3, side * side)` float32 BGR, not rounded
 */
export function warpAffine(
  g: GraphBuilder,
  { planes, rowLength, width, height }: BorderedPlanes,
  cropToImage: Value,
): Value {
  const { add, sub, mul, sum, cast, clip, pick, reshape } = operators(g);
  const side = LANDMARK106.cropSide;
  const [a, b, tx, c, d, ty] = affineEntries(g, cropToImage);
  const indices = Array.from({ length: side }, (_, i) => i);
  const u = g.float(indices);
  const v = g.constant('double', indices, [side, 1]);

  /** Positions along one axis of the image: a fused multiply-add, spelled out in float64, where the product is exact. */
  const positions = (byColumn: Value, byRow: Value, shift: Value, limit: Value) => {
    const linear = add(cast(mul(u, byColumn), 'double'), mul(v, cast(byRow, 'double')));
    return reshape(clip(add(cast(linear, 'float'), shift), -BORDER, limit), [-1]);
  };
  const x = positions(a, b, tx, width);
  const y = positions(c, d, ty, height);
  const [x0, y0] = [cast(x, 'int32'), cast(y, 'int32')];
  const [dx, dy] = [sub(x, cast(x0, 'float')), sub(y, cast(y0, 'float'))];
  const [ex, ey] = [sub(1, dx), sub(1, dy)];

  const border = g.constant('int32', BORDER);
  const p00 = add(mul(add(y0, border), rowLength), add(x0, border));
  const p01 = add(p00, rowLength);
  const right = (pixel: Value) => add(pixel, g.constant('int32', 1));
  const tap = (weights: Value, pixel: Value) => mul(weights, cast(pick(planes, pixel), 'float'));
  const blended = sum([
    tap(mul(ex, ey), p00),
    tap(mul(dx, ey), right(p00)),
    tap(mul(ex, dy), p01),
    tap(mul(dx, dy), right(p01)),
  ]);
  return clip(blended, 0, 255);
}
