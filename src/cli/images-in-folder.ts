import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTENSIONS, extensionOf } from '../node/images/image-extensions.js';
import { type ImageSource, sourceIn, unusable } from './image-source.js';
import { kindOf } from './kind-of.js';
import type { PassedOver } from './passed-over.js';

/** Node replaces bytes that are not UTF-8 by this character. A file cannot be opened by such a name. */
const REPLACED = '\ufffd';

/**
 * Images of a folder and all folders below it, except hidden ones. Links to files are followed. Links to folders are not, because
 * they may lead anywhere, and form circles. A folder that cannot be read becomes an error; the others are still searched.
 */
export async function imagesInFolder(folder: string, passedOver: PassedOver, root = folder): Promise<ImageSource[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [unusable(folder, 'a folder that can be read', code ?? message, 'Change its permissions, or leave it out.')];
  }
  const found = entries.map(async (entry): Promise<ImageSource[]> => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return imagesInFolder(path, passedOver, root);
    if (entry.name.includes(REPLACED) && (await kindOf(path)) === 'missing') {
      return [unusable(path, 'a name in UTF-8', 'bytes that are none', 'Rename the file.')];
    }
    const extension = extensionOf(entry.name);
    if (entry.isSymbolicLink() && (await kindOf(path)) === 'folder') passedOver.add('links to folders');
    else if (EXTENSIONS.includes(extension)) return [sourceIn(root, path)];
    else passedOver.add(extension ? `.${extension}` : 'without an ending');
    return [];
  });
  return (await Promise.all(found)).flat();
}
