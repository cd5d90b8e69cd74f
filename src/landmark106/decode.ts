import { affineEntries, affineMatrix, composeAffine, mapPoint } from '../ops/affine.js';
import { checkFloats } from '../options.js';
import type { AffineMatrix, Point } from '../types.js';
import { checkLandmarkSpec, LANDMARK106, type LandmarkSpec } from './spec.js';

const f32 = Math.fround;

/** landmark input pixels -> image pixels. @throws InvalidOptionError */
export function inputToImage(cropToImage: AffineMatrix, spec: LandmarkSpec = LANDMARK106): AffineMatrix {
  const { scale, offset } = checkLandmarkSpec('spec', spec).inputToCrop;
  return composeAffine(cropToImage, affineMatrix(scale, 0, offset, 0, scale, offset));
}

/**
 * Network output -> points in image pixels: `(v + 1) * 96` in the 192 frame, then the inverse map. Float32 in the
 * reference's order, not yet truncated.
 *
 * @param values `(212)` x and y in turn, in [-1, 1] over the landmark input
 * @throws InvalidOptionError
 */
export function decodeLandmarks(
  values: Float32Array,
  toImage: AffineMatrix,
  spec: LandmarkSpec = LANDMARK106,
): Point[] {
  const { inputSide, points } = checkLandmarkSpec('spec', spec);
  checkFloats('values', values, 2 * points);
  const entries = affineEntries(toImage);
  const frame = (value: number) => f32(f32(value + 1) * (inputSide / 2));
  const found: Point[] = [];
  for (let i = 0; i < points; i++)
    found.push(mapPoint(entries, { x: frame(values[2 * i]), y: frame(values[2 * i + 1]) }));
  return found;
}

/** Toward zero to an integer, as the merged model's last cast does; -0 becomes 0. */
export function truncatePoint({ x, y }: Point): Point {
  return { x: Math.trunc(x) + 0, y: Math.trunc(y) + 0 };
}
