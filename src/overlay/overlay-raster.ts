import { pixelView } from '../image/pixel-image.js';
import { checkList } from '../options.js';
import type { PixelImage } from '../types.js';
import { checkShape } from './check-shape.js';
import { drawShapes } from './draw-shapes.js';
import type { OverlayShape } from './shape.js';

/**
 * Draws an overlay into a copy of the image, anti-aliased. The image itself is not changed.
 *
 * @param shapes from `overlayShapes`
 * @returns the image in rgb with the shapes in it
 * @throws InvalidImageError, InvalidOptionError
 */
export function overlayRaster(image: PixelImage, shapes: readonly OverlayShape[]): PixelImage {
  pixelView(image);
  checkList('shapes', shapes, checkShape);
  return drawShapes(image, shapes, () => {});
}
