import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileAccessError } from '../../errors.js';
import { makeFolder } from './make-folder.js';

/** Process id and random digits, so that no two writers share a part. */
const PART = /\.(\d+)-[0-9a-f]{8}\.part$/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what writers that were killed have left in these folders and below; whatever cannot be read stays. */
export async function removeParts(folders: readonly (string | undefined)[]): Promise<void> {
  for (const folder of folders) {
    if (folder === undefined) continue;
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      const pid = PART.exec(path)?.[1];
      if (pid !== undefined && !isAlive(Number(pid)))
        await rm(join(folder, path), { force: true }).catch(() => undefined);
    }
  }
}

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
