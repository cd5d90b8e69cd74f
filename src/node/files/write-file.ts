import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { ownedPath } from './owned-path.js';
import { writeError } from './write-error.js';

/**
 * Writes a file completely or not at all: beside its target first, then renamed. Folders on the way are created.
 * @throws FileAccessError
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const part = ownedPath(path, 'part');
  try {
    await makeFolder(dirname(path));
    await writeFile(part, content);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw writeError(path, error as NodeJS.ErrnoException);
  }
}
