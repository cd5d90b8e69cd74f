import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedBeside, ownedPath, ownerOf } from './owned-path.js';

/**
 * A file that is being written lies beside its target under a name of its own, so two processes at once cannot touch each
 * other's bytes: both end with a rename to the same content. A writer that stops in order leaves `<target>.part`; the next
 * one takes over that, or what a killed process left. Renaming is atomic, so only one takes it.
 */
export async function claimPart(target: string): Promise<string> {
  const part = ownedPath(target, 'part');
  const [largest, ...others] = await leftovers(target);
  await rename(largest, part).catch(ignoreMissing);
  await Promise.all(others.map((path) => rm(path, { force: true })));
  return part;
}

/** Leaves an unfinished part where the next {@link claimPart} finds it; an empty one is of no use. */
export async function parkPart(part: string, target: string): Promise<void> {
  if ((await sizeOf(part)) > 0) await rename(part, parkedPath(target));
  else await rm(part, { force: true });
}

/** Removes what writers that were killed have left in these folders and below; whatever cannot be read stays. */
export async function removeParts(folders: readonly (string | undefined)[]): Promise<void> {
  for (const folder of folders) {
    if (folder === undefined) continue;
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      if (ownerOf(path, 'part') === 'ended') await rm(join(folder, path), { force: true }).catch(() => undefined);
    }
  }
}

/** Where a writer that stopped in order leaves its part. */
const parkedPath = (target: string) => `${target}.part`;

/** Size in bytes; 0 for a file that does not exist. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

/** Parts of this target that no process writes to, largest first. */
async function leftovers(target: string): Promise<string[]> {
  const ended = (await ownedBeside(target, 'part')).filter(({ owner }) => owner === 'ended').map(({ path }) => path);
  const paths = [parkedPath(target), ...ended];
  const sized = await Promise.all(paths.map(async (path) => ({ path, size: await sizeOf(path) })));
  return sized.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
