import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * A file that is being written lies beside its target as `<target>.<host>-<pid>-<random>.part`, one per writer, so two
 * processes at once cannot touch each other's bytes: both end with a rename to the same content. That needs no lock
 * file, hence no guess whether a lock is stale. A writer that stops in order leaves `<target>.part`; the next one takes
 * over that, or what a killed process left. Renaming is atomic, so only one takes it.
 */
export async function claimPart(target: string): Promise<string> {
  const part = `${target}.${HOST}-${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const [largest, ...others] = await leftovers(target);
  if (largest !== undefined) await rename(largest, part).catch(ignoreMissing);
  await Promise.all(others.map((path) => rm(path, { force: true })));
  return part;
}

/** Leaves an unfinished part where the next {@link claimPart} finds it; an empty one is of no use. */
export async function parkPart(part: string, target: string): Promise<void> {
  if ((await sizeOf(part)) > 0) await rename(part, `${target}.part`);
  else await rm(part, { force: true });
}

/** Size in bytes; 0 for a file that does not exist. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ignoreMissing))?.size ?? 0;
}

const HOST = hostname().replace(/[^\w-]/g, '_');

/** Parts of this target that nobody writes to, largest first. Another machine's are left alone: it may be at work. */
async function leftovers(target: string): Promise<string[]> {
  const prefix = `${basename(target)}.`;
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || !name.endsWith('part')) continue;
    const owner = name.slice(prefix.length, -'part'.length);
    if (owner !== '' && !ownerIsGone(owner)) continue;
    const path = join(dirname(target), name);
    found.push({ path, size: await sizeOf(path) });
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

/** `owner` is `<host>-<pid>-<random>.` */
function ownerIsGone(owner: string): boolean {
  const [, host, pid] = owner.match(/^(.+)-(\d+)-[0-9a-f]{8}\.$/) ?? [];
  if (host !== HOST) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
