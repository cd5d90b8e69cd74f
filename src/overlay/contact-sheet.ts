import { describe, InvalidOptionError } from '../errors.js';
import { packPixels } from '../image/pack-pixels.js';
import { imageFromNdarray } from '../image/pixel-image.js';
import { checkInteger, checkObject } from '../options.js';
import type { Face, PixelImage } from '../types.js';
import { OVERLAY_COLORS } from './colors.js';
import { overlayRaster } from './overlay-raster.js';
import type { LabelShape } from './overlay-shapes.js';

export interface ContactSheetOptions {
  /** Crops in a row. Default: as many as make the sheet about square. */
  columns?: number;
}

const GAP = 8;
const LABEL = 12;
const GROUND = 32;

/**
 * All aligned crops in a grid, each with its number and score below, numbered as in the list from 1.
 *
 * @returns rgb
 * @throws InvalidOptionError when there is no face, one has no crop, or `columns` is not a positive integer
 */
export function contactSheet(
  faces: readonly Pick<Face, 'crop' | 'cropChannelOrder' | 'score'>[],
  options: ContactSheetOptions = {},
): PixelImage {
  if (!Array.isArray(faces) || faces.length === 0) {
    const received = Array.isArray(faces) ? 'none' : describe(faces);
    throw new InvalidOptionError({ name: 'faces', expected: 'at least one face', received });
  }
  checkObject('options', options);
  const cropless = faces.findIndex((face) => !face?.crop);
  if (cropless >= 0) {
    throw new InvalidOptionError({
      name: `faces[${cropless}]`,
      expected: 'a face with its crop',
      received: 'one without',
      hint: 'cropFace(image, face) cuts it anew.',
    });
  }
  const widest = Math.ceil(Math.sqrt(faces.length));
  const columns = Math.min(
    faces.length,
    checkInteger('columns', options.columns ?? widest, 1, Number.MAX_SAFE_INTEGER),
  );
  const rows = Math.ceil(faces.length / columns);
  const side = Math.max(...faces.flatMap(({ crop }) => crop.shape.slice(0, 2)));
  const pitchX = side + GAP;
  const pitchY = side + LABEL + 2 * GAP;
  const width = columns * pitchX + GAP;
  const height = rows * pitchY + GAP;
  const data = new Uint8Array(width * height * 3).fill(GROUND);

  const labels = faces.map(({ crop, cropChannelOrder, score }, i): LabelShape => {
    const left = GAP + (i % columns) * pitchX;
    const top = GAP + Math.floor(i / columns) * pitchY;
    const [height, rowBytes] = [crop.shape[0], 3 * crop.shape[1]];
    const samples = packPixels(imageFromNdarray(crop, cropChannelOrder), 'rgb');
    for (let y = 0; y < height; y++) {
      data.set(samples.subarray(y * rowBytes, (y + 1) * rowBytes), ((top + y) * width + left) * 3);
    }
    return {
      kind: 'label',
      face: i,
      part: 'score',
      color: OVERLAY_COLORS.box,
      edge: 0,
      at: { x: left, y: top + side + GAP },
      text: `#${i + 1} ${score.toFixed(2)}`,
      size: LABEL,
    };
  });
  return overlayRaster({ data, width, height, channelOrder: 'rgb' }, labels);
}
