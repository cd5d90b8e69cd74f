import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileAccessError } from '../errors.js';
import { makeFolder } from './make-folder.js';

/**
 * Writes a file completely or not at all: beside its target first, then renamed. Folders on the way are created.
 * @throws FileAccessError
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const part = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await makeFolder(dirname(path));
    await writeFile(part, content);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    const cause = error as NodeJS.ErrnoException;
    throw new FileAccessError({
      name: path,
      expected: 'a place that can be written',
      received: cause.code ?? cause.message,
      hint: cause.code === 'ENOSPC' ? 'Free some space.' : 'Choose another path, or change its permissions.',
      cause,
    });
  }
}
