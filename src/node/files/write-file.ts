import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FacialLmkError } from '../../errors.js';
import { makeFolder } from './make-folder.js';
import { ownedPath } from './owned-path.js';
import { writeError } from './write-error.js';

/**
 * Writes a file completely or not at all: it is written beside its target and then renamed. Missing folders are created.
 * @param content the whole content, or its parts one after the other
 * @throws FileAccessError, and errors of this library thrown while the parts are made
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | AsyncIterable<string>,
): Promise<void> {
  const part = ownedPath(path, 'part');
  try {
    await makeFolder(dirname(path));
    await writeFile(part, content);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error instanceof FacialLmkError ? error : writeError(path, error as NodeJS.ErrnoException);
  }
}
