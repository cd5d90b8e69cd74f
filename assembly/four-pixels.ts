import { WEIGHTS } from './memory';

/** Bilinear weights of four pixels whose positions lie `dx`, `dy` behind their first taps. */
export function storeWeights(dx: v128, dy: v128): void {
  const one = f32x4.splat(1);
  const ex = f32x4.sub(one, dx);
  const ey = f32x4.sub(one, dy);
  v128.store(WEIGHTS, f32x4.mul(ex, ey));
  v128.store(WEIGHTS, f32x4.mul(dx, ey), 16);
  v128.store(WEIGHTS, f32x4.mul(ex, dy), 32);
  v128.store(WEIGHTS, f32x4.mul(dx, dy), 48);
}

/**
 * Blends one of the four pixels, its samples side by side in a vector: each product and sum rounded, in the reference's
 * order, clipped to what a pixel can hold.
 *
 * @param lane which pixel, times four
 * @param out where the four pixels go
 */
export function blendPixel(lane: usize, out: usize, v00: v128, v10: v128, v01: v128, v11: v128): void {
  const weights = WEIGHTS + lane;
  let sum = f32x4.mul(v128.load_splat<f32>(weights), v00);
  sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(weights, 16), v10));
  sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(weights, 32), v01));
  sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(weights, 48), v11));
  // With the bounds as first operands, a negative zero becomes a positive one.
  v128.store(out + (lane << 2), f32x4.pmin(f32x4.pmax(f32x4.splat(0), sum), f32x4.splat(255)));
}
