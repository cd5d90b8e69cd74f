import { packPixels } from '../image/pack-pixels.js';
import type { PixelImage } from '../types.js';
import { OVERLAY_COLORS } from './colors.js';
import { overlayRaster } from './overlay-raster.js';
import type { LabelShape } from './shape.js';

/** A picture of a sheet and what stands below it: digits and the signs of `stroke-font.ts`. */
export interface Tile {
  image: PixelImage;
  label: string;
}

const GAP = 8;
const LABEL = 12;
const GROUND = 32;

/** Pictures in a grid, row by row, each with its label below. @returns rgb */
export function tileSheet(tiles: readonly Tile[], columns: number): PixelImage {
  const rows = Math.ceil(tiles.length / columns);
  const side = Math.max(...tiles.flatMap(({ image }) => [image.width, image.height]));
  const pitchX = side + GAP;
  const pitchY = side + LABEL + 2 * GAP;
  const width = columns * pitchX + GAP;
  const height = rows * pitchY + GAP;
  const data = new Uint8Array(width * height * 3).fill(GROUND);

  const labels = tiles.map(({ image, label }, i): LabelShape => {
    const left = GAP + (i % columns) * pitchX;
    const top = GAP + Math.floor(i / columns) * pitchY;
    const rowBytes = 3 * image.width;
    const samples = packPixels(image, 'rgb');
    for (let y = 0; y < image.height; y++) {
      data.set(samples.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * width + left) * 3);
    }
    return {
      kind: 'label',
      face: i,
      part: 'score',
      color: OVERLAY_COLORS.box,
      edge: 0,
      at: { x: left, y: top + side + GAP },
      text: label,
      size: LABEL,
    };
  });
  return overlayRaster({ data, width, height, channelOrder: 'rgb' }, labels);
}
