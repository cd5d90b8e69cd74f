import { describe, InvalidOptionError } from '../errors.js';
import { imageFromTensor } from '../image/image-from-tensor.js';
import { checkInteger, checkObject } from '../options.js';
import type { Face, PixelImage } from '../types.js';
import { tileSheet } from './tile-sheet.js';

export interface ContactSheetOptions {
  /** Crops in a row. Default: as many as make the sheet about square. */
  columns?: number | undefined;
}

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
  const tiles = faces.map(({ crop, cropChannelOrder, score }, i) => ({
    image: imageFromTensor(crop, cropChannelOrder),
    label: `#${i + 1} ${score.toFixed(2)}`,
  }));
  return tileSheet(tiles, columns);
}
