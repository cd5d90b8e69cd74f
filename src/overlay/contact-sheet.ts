import { type ChecksOf, checkOptions, integerIn, optional } from '../check-options.js';
import { InvalidOptionError } from '../errors.js';
import { checkFace } from '../face/check-face.js';
import { imageFromTensor } from '../image/image-from-tensor.js';
import { checkList } from '../options.js';
import type { Face, PixelImage } from '../types.js';
import { tileSheet } from './tile-sheet.js';

export interface ContactSheetOptions {
  /** Crops in a row. Default: as many as make the sheet about square. */
  columns?: number | undefined;
}

const SHEET_OPTIONS = {
  columns: optional(integerIn(1, Number.MAX_SAFE_INTEGER)),
} satisfies ChecksOf<ContactSheetOptions>;

/**
 * All aligned crops in a grid, each with its number and score below, numbered as in the list from 1.
 *
 * @returns rgb
 * @throws InvalidImageError for a crop that is none
 * @throws InvalidOptionError when there is no face, one has no crop, or `columns` is not a positive integer
 */
export function contactSheet(
  faces: readonly Pick<Face, 'crop' | 'cropChannelOrder' | 'score'>[],
  options: ContactSheetOptions = {},
): PixelImage {
  const checked = checkOptions('contactSheet', options, SHEET_OPTIONS);
  checkList('faces', faces, (name, face) => checkFace(name, face, ['score']));
  if (faces.length === 0) {
    throw new InvalidOptionError({ name: 'faces', expected: 'at least one face', received: 'none' });
  }
  const cropless = faces.findIndex((face) => !face.crop);
  if (cropless >= 0) {
    throw new InvalidOptionError({
      name: `faces[${cropless}]`,
      expected: 'a face with its crop',
      received: 'one without',
      hint: 'cropFace(image, face) cuts it again.',
    });
  }
  const columns = Math.min(faces.length, checked.columns ?? Math.ceil(Math.sqrt(faces.length)));
  const tiles = faces.map(({ crop, cropChannelOrder, score }, i) => ({
    image: imageFromTensor(crop, cropChannelOrder),
    label: `#${i + 1} ${score.toFixed(2)}`,
  }));
  return tileSheet(tiles, columns);
}
