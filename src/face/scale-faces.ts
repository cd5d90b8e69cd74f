import { affineMatrix } from '../ops/affine.js';
import type { FaceData, PixelImage } from '../types.js';
import { transformFace } from './transform-face.js';

type Size = Pick<PixelImage, 'width' | 'height'>;

/**
 * Faces found in a reduced image -> the same faces in the whole image. Both images cover the same area, so a pixel's centre
 * `x` in the one is `(x + 0.5) * scale - 0.5` in the other.
 */
export function scaleFaces<F extends FaceData>(faces: readonly F[], from: Size, to: Size): F[] {
  const x = to.width / from.width;
  const y = to.height / from.height;
  const matrix = affineMatrix(x, 0, (x - 1) / 2, 0, y, (y - 1) / 2);
  return faces.map((face) => transformFace(face, matrix));
}
