import { LANDMARK106 } from '../landmark106/spec.js';
import type { GraphBuilder, Value } from '../onnx/graph-builder.js';
import { affineEntries } from './affine.js';
import type { ImageSize } from './image-size.js';
import { operators } from './operators.js';

/**
 * Two columns and rows of black around the image. Every position that matters is in `[-2, width]`, so that a tap outside
 * the image reads 0 without a test.
 */
const BORDER = 2;

/** The image as rows of pixels to gather from. */
export interface PixelTable {
  /** `((h + 4) * (w + 4), 3)` uint8 */
  pixels: Value;
  /** `w + 4`, int32 */
  rowLength: Value;
  /** Sides of the image, float32. */
  width: Value;
  height: Value;
}

export function pixelTable(g: GraphBuilder, image: Value, { width, height }: ImageSize): PixelTable {
  const { add, cast, reshape } = operators(g);
  const padded = g.add('Pad', [image, g.int64([BORDER, BORDER, 0, BORDER, BORDER, 0])]);
  return {
    pixels: reshape(padded, [-1, 3]),
    rowLength: cast(add(width, g.int64(2 * BORDER)), 'int32'),
    width: cast(width, 'float'),
    height: cast(height, 'float'),
  };
}

/** Column indices of a row of the crop, each `times` times. */
const columns = (side: number, times: number) =>
  Float32Array.from({ length: side * times }, (_, i) => Math.trunc(i / times));

/**
 * Twin of `ops/warp-affine.ts` for one face.
 *
 * @param cropToImage `(6)`
 * @returns `(side, side * 3)` float32 BGR, not rounded
 */
export function warpAffine(
  g: GraphBuilder,
  { pixels, rowLength, width, height }: PixelTable,
  cropToImage: Value,
): Value {
  const { add, sub, mul, sum, cast, clip, concat, gather, reshape, split } = operators(g);
  const side = LANDMARK106.cropSide;
  const [a, b, tx, c, d, ty] = affineEntries(g, cropToImage);
  const rows = g.constant('double', columns(side, 1), [side, 1]);

  /** Positions along one axis of the image: a fused multiply-add, spelled out in float64, where the product is exact. */
  const positions = (u: Value, byColumn: Value, byRow: Value, shift: Value, limit: Value) => {
    const sum = add(cast(mul(u, byColumn), 'double'), mul(rows, cast(byRow, 'double')));
    return clip(add(cast(sum, 'float'), shift), -BORDER, limit);
  };
  const truncate = (x: Value) => cast(x, 'int32');

  // Which pixels: one index each. All four taps in one read, so that it is worth more than one thread.
  const u = g.float(columns(side, 1));
  const border = g.constant('int32', BORDER);
  const x0 = add(truncate(positions(u, a, b, tx, width)), border);
  const y0 = add(truncate(positions(u, c, d, ty, height)), border);
  const p00 = add(mul(y0, rowLength), x0);
  const p01 = add(p00, rowLength);
  const next = g.constant('int32', 1);
  const read = gather(pixels, concat([p00, add(p00, next), p01, add(p01, next)], 0));
  const taps = split(reshape(read, [4, side, 3 * side]), 4, 0).map((tap) =>
    cast(reshape(tap, [side, 3 * side]), 'float'),
  );

  // How much of them: one weight for each of a pixel's three samples, so that nothing is left to broadcast.
  const samples = g.float(columns(side, 3));
  const fraction = (x: Value) => sub(x, cast(truncate(x), 'float'));
  const dx = fraction(positions(samples, a, b, tx, width));
  const dy = fraction(positions(samples, c, d, ty, height));
  const [ex, ey] = [sub(1, dx), sub(1, dy)];
  const weights = [mul(ex, ey), mul(dx, ey), mul(ex, dy), mul(dx, dy)];
  const blended = sum(weights.map((weight, i) => mul(weight, taps[i])));
  return clip(blended, 0, 255);
}
