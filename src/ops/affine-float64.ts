// Affine maps in float64, for moving faces. They must not add errors to those of the merged model's float32.
import type { Point } from '../types.js';
import type { AffineEntries } from './affine.js';

/** Maps one point. */
export const transformPointFloat64 = ([a, b, tx, c, d, ty]: AffineEntries, { x, y }: Point): Point => ({
  x: a * x + b * y + tx,
  y: c * x + d * y + ty,
});

/** `outer o inner`: first `inner`, then `outer`. */
export function composeFloat64(outer: AffineEntries, inner: AffineEntries): AffineEntries {
  const [a, b, tx, c, d, ty] = outer;
  const [e, f, ux, g, h, uy] = inner;
  return [a * e + b * g, a * f + b * h, a * ux + b * uy + tx, c * e + d * g, c * f + d * h, c * ux + d * uy + ty];
}

/**
 * The inverse map; the entries for a singular one are not finite. `invertAffine` cannot be used here: it adds the reference's
 * `1e-8` to the determinant, which would shift a face that is moved to a much smaller image.
 */
export function invertFloat64([a, b, tx, c, d, ty]: AffineEntries): AffineEntries {
  const determinant = a * d - b * c;
  const [e, f, g, h] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return [e, f, -(e * tx + f * ty), g, h, -(g * tx + h * ty)];
}
