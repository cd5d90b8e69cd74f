import { extname } from 'node:path';
import { InvalidOptionError } from '../../errors.js';
import { checkText } from '../../options.js';
import type { PixelImage } from '../../types.js';
import { writeFileAtomic } from '../files/write-file.js';
import { encodeImage } from './image-codecs.js';

/** Which of `formats` a path's extension asks for; `.jpg` is `jpeg`. */
export function formatOfPath<F extends string>(path: string, formats: readonly F[]): F {
  const extension = extname(checkText('the path of the picture', path)).slice(1).toLowerCase();
  const format = formats.find((known) => known === (extension === 'jpg' ? 'jpeg' : extension));
  if (format) return format;
  throw new InvalidOptionError({
    name: 'the path of the picture',
    expected: `a name that ends in ${formats.map((known) => `.${known}`).join(', ')}`,
    received: JSON.stringify(path),
  });
}

/**
 * Writes an image; the path's extension says how: `.png`, `.jpg`, `.jpeg` or `.webp`. For a crop:
 * `writeImage('face.png', imageFromTensor(face.crop, face.cropChannelOrder))`.
 * @throws InvalidImageError, InvalidOptionError, FileAccessError
 */
export async function writeImage(path: string, image: PixelImage): Promise<void> {
  const format = formatOfPath(path, ['png', 'jpeg', 'webp'] as const);
  await writeFileAtomic(path, await encodeImage(image, format));
}
