import { dirname } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { InvalidOptionError } from '../errors.js';
import { EXTENSIONS } from '../node/images/image-extensions.js';
import { type ImageSource, sourceIn, unusable } from './image-source.js';
import { imagesInFolder } from './images-in-folder.js';
import { imagesOfPattern } from './images-of-pattern.js';
import { kindOf } from './kind-of.js';
import { PassedOver } from './passed-over.js';

const STANDARD_INPUT = '-';

/** By code units, so that the order is the same on every machine. */
const byName = (a: ImageSource, b: ImageSource) => (a.name < b.name ? -1 : 1);

async function expand(argument: string, passedOver: PassedOver): Promise<ImageSource[]> {
  if (argument === STANDARD_INPUT) return [{ name: argument, stem: 'stdin' }];
  const kind = await kindOf(argument);
  if (kind === 'file') return [sourceIn(dirname(argument), argument)];
  if (kind === 'missing') {
    if (isDynamicPattern(argument)) return imagesOfPattern(argument);
    return [unusable(argument, 'a file, a folder or a pattern', 'a path where nothing is', 'Check the spelling.')];
  }
  const found = await imagesInFolder(argument, passedOver);
  if (found.length > 0) return found.sort(byName);
  return [
    unusable(argument, 'a folder with images', 'one without', `Images are files that end in ${EXTENSIONS.join(', ')}.`),
  ];
}

/**
 * Files, folders (searched through all levels), glob patterns and `-` as a list of images, in the order of the
 * arguments, the images of each sorted by name. An argument that names no image stays in the list with its error.
 * @param passedOver collects the files in folders that are not images
 * @throws InvalidOptionError when standard input is named twice
 */
export async function imageSources(args: readonly string[], passedOver = new PassedOver()): Promise<ImageSource[]> {
  const fromInput = args.filter((argument) => argument === STANDARD_INPUT).length;
  if (fromInput > 1) {
    const expected = 'standard input once: it brings one image';
    throw new InvalidOptionError({ name: 'the images', expected, received: `${STANDARD_INPUT} ${fromInput} times` });
  }
  return (await Promise.all(args.map((argument) => expand(argument, passedOver)))).flat();
}
