import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Files that belong to one process lie beside their target as `<target>.<machine>-<pid>-<start>-<random>.<kind>`, one for
 * each writer, so that no two processes touch the same bytes, and everyone can tell whether the owner still runs.
 */
export type OwnedKind = 'part' | 'lock';

/** Bytes of the target's name that are kept: file systems take 255, and what follows needs up to 50. */
const MOST_NAME_BYTES = 200;

/** A new path beside `target`, of this process alone. */
export function ownedPath(target: string, kind: OwnedKind): string {
  const random = randomBytes(4).toString('hex');
  return join(dirname(target), `${ownedPrefix(target)}${MACHINE}-${process.pid}-${startOf('self')}-${random}.${kind}`);
}

/** What the names of all files of this target begin with. */
export function ownedPrefix(target: string): string {
  let name = basename(target);
  while (Buffer.byteLength(name) > MOST_NAME_BYTES) name = [...name].slice(0, -1).join('');
  return `${name}.`;
}

const MARK = /\.([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{8}\.(part|lock)$/;

/**
 * Whether a file of this kind is left over: of a process of this machine that has ended. Another machine's are never known
 * to be: a folder may be shared over a network.
 */
export function isLeftOver(path: string, kind: OwnedKind): boolean {
  const [, machine, pid, start, found] = MARK.exec(path) ?? [];
  if (found !== kind || machine !== MACHINE) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  // In a container every run may have the same process id.
  const now = startOf(pid);
  return now !== UNKNOWN && start !== UNKNOWN && now !== start;
}

/** Process ids mean something on one machine, and on Linux in one namespace: containers have their own. */
const MACHINE = createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const UNKNOWN = '0';

/** When a process began, in clock ticks since the machine did: field 22 of proc_pid_stat(5). Only Linux says so. */
function startOf(pid: string): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold anything.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
