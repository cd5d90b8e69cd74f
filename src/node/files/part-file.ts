import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedBeside, ownedPath, ownerOf } from './owned-path.js';

/**
 * A file that is being written lies beside its target under its own name, so that two processes cannot write the same bytes; both
 * end by renaming it to the target. A writer that stops regularly leaves `<target>.part`. The next writer takes over that part, or
 * the one of a killed process. Renaming is atomic, so that only one process gets it.
 */
export async function claimPart(target: string): Promise<string> {
  const part = ownedPath(target, 'part');
  const [largest, ...others] = await leftovers(target);
  await rename(largest, part).catch(ignoreMissing);
  await Promise.all(others.map((path) => rm(path, { force: true })));
  return part;
}

/** Renames an unfinished part so that the next {@link claimPart} finds it; removes an empty one. */
export async function parkPart(part: string, target: string): Promise<void> {
  if ((await sizeOf(part)) > 0) await rename(part, parkedPath(target));
  else await rm(part, { force: true });
}

/** Removes the parts of killed writers in these folders and below. Folders that cannot be read are skipped. */
export async function removeParts(folders: readonly (string | undefined)[]): Promise<void> {
  for (const folder of folders) {
    if (folder === undefined) continue;
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      if (ownerOf(path, 'part') === 'ended') await rm(join(folder, path), { force: true }).catch(() => undefined);
    }
  }
}

/** The path of the part that a regularly stopped writer leaves. */
const parkedPath = (target: string) => `${target}.part`;

/** Size in bytes; 0 for a file that does not exist. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

/** Parts of this target without a running writer, largest first. */
async function leftovers(target: string): Promise<string[]> {
  const ended = (await ownedBeside(target, 'part')).filter(({ owner }) => owner === 'ended').map(({ path }) => path);
  const paths = [parkedPath(target), ...ended];
  const sized = await Promise.all(paths.map(async (path) => ({ path, size: await sizeOf(path) })));
  return sized.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
