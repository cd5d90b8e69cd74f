import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Files that belong to one process lie beside their target as `<target>.<machine>-<pid>-<start>-<random>.<kind>`. Each writer has
 * its own, so that no two processes write the same bytes, and every process can tell whether the owner is still running.
 */
export type OwnedKind = 'part' | 'lock';

/** Bytes of the target's name that are kept: file systems allow 255, and the rest of the name needs up to 50. */
const MOST_NAME_BYTES = 200;

/** A new path beside `target` that belongs to this process. */
export function ownedPath(target: string, kind: OwnedKind): string {
  const random = randomBytes(4).toString('hex');
  const name = `${keptName(target)}.${MACHINE}-${process.pid}-${startOf('self')}-${random}.${kind}`;
  return join(dirname(target), name);
}

/** The target's name, shortened to leave room for the rest. */
function keptName(target: string): string {
  let name = basename(target);
  while (Buffer.byteLength(name) > MOST_NAME_BYTES) name = [...name].slice(0, -1).join('');
  return name;
}

const MARK = /\.([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{8}\.(part|lock)$/;

export type Owner = 'running' | 'ended' | 'unknown';

/**
 * The process that owns a file; undefined for a file with another kind of name. Whether a process of another machine has ended
 * cannot be known (the folder may be shared over a network).
 */
export function ownerOf(path: string, kind: OwnedKind): Owner | undefined {
  const [, machine, pid, start, found] = MARK.exec(path) ?? [];
  if (found !== kind) return undefined;
  if (machine !== MACHINE) return 'unknown';
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'ended';
  }
  // In a container every run may have the same process id, so the start time is compared too.
  const now = startOf(pid);
  return now !== UNKNOWN && start !== UNKNOWN && now !== start ? 'ended' : 'running';
}

/** The owned files of this kind beside a target. */
export async function ownedBeside(target: string, kind: OwnedKind): Promise<{ path: string; owner: Owner }[]> {
  const folder = dirname(target);
  const found: { path: string; owner: Owner }[] = [];
  for (const name of await readdir(folder)) {
    const owner = name.replace(MARK, '') === keptName(target) ? ownerOf(name, kind) : undefined;
    if (owner) found.push({ path: join(folder, name), owner });
  }
  return found;
}

/** Identifies the space of process ids: the machine, and on Linux the namespace, because containers have their own. */
const MACHINE = createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const UNKNOWN = '0';

/** Start of a process in clock ticks since boot: field 22 of proc_pid_stat(5). Only known on Linux. */
function startOf(pid: string): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold anything.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
