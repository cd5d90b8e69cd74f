import { type FileHandle, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { FileAccessError } from '../../errors.js';
import { ownedBeside, ownedPath } from './owned-path.js';
import { writeError } from './write-error.js';

/** Milliseconds between two signs of life, and without one after which another machine's process counts as ended. */
const BEAT = 10_000;
const SILENCE = 120_000;

/** Tries of processes that want the lock at the same moment. */
const ATTEMPTS = 20;

interface Rival {
  path: string;
  /** The holder of the lock; undefined for a process that is about to take it. */
  holder: string | undefined;
}

/**
 * Keeps other processes from working on the same file, if they use the lock too. Each process writes its own lock file beside the
 * target and then looks for those of others. A stale lock is removed by its unique name, so that the lock of a running process is
 * never removed by mistake. With a single lock file that could happen when another process has just replaced a stale one.
 */
export class FileLock {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string, file: FileHandle, holder: string) {
    this.#path = path;
    this.#file = file;
    // Written again to update its time, which is set by the file system. The clock of this machine may differ.
    this.#beat = setInterval(() => file.write(holder, 0).catch(() => undefined), BEAT).unref();
  }

  /**
   * @param target the file to lock; it need not exist, but its folder must
   * @throws FileAccessError when another process holds the lock, or none can be written
   */
  static async take(target: string): Promise<FileLock> {
    const real = await realpath(target).catch(() => target);
    for (let attempt = 1; ; attempt++) {
      const path = ownedPath(real, 'lock');
      const file = await open(path, 'wx').catch((cause) => {
        throw writeError(target, cause);
      });
      try {
        const rival = await findRival(real, path);
        if (!rival) {
          const holder = `process ${process.pid} of "${hostname()}" since ${new Date().toISOString()}`;
          await file.write(holder, 0);
          return new FileLock(path, file, holder);
        }
        if (rival.holder !== undefined || attempt === ATTEMPTS) throw refusal(target, rival);
      } catch (error) {
        await remove(file, path);
        throw error instanceof FileAccessError ? error : writeError(target, error as NodeJS.ErrnoException);
      }
      await remove(file, path);
      await wait(10 + 90 * Math.random());
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    await remove(this.#file, this.#path);
  }
}

async function remove(file: FileHandle, path: string): Promise<void> {
  await file.close();
  await rm(path, { force: true });
}

/** Another process that has the lock or is about to take it. Removes stale locks. */
async function findRival(target: string, own: string): Promise<Rival | undefined> {
  const rivals: Rival[] = [];
  for (const { path, owner } of await ownedBeside(target, 'lock')) {
    if (path === own) continue;
    const isLeft = owner === 'ended' || (owner === 'unknown' && (await isSilent(path, own)));
    if (isLeft) await rm(path, { force: true });
    else rivals.push({ path, holder: (await readFile(path, 'utf8').catch(() => '')) || undefined });
  }
  return rivals.find(({ holder }) => holder !== undefined) ?? rivals[0];
}

/** Whether a lock shows no sign of life. Its time is compared with that of a file written just now, because the file system of another machine has its own clock. */
async function isSilent(path: string, own: string): Promise<boolean> {
  const [then, now] = await Promise.all([path, own].map((file) => stat(file).catch(() => undefined)));
  return then !== undefined && now !== undefined && now.mtimeMs - then.mtimeMs > SILENCE;
}

function refusal(target: string, { path, holder }: Rival): FileAccessError {
  return new FileAccessError({
    name: target,
    expected: 'a file that no other run writes to',
    received: `one that is locked by ${holder ?? 'another process'}`,
    hint: `Wait until that run has ended, or choose another file. If it has ended, remove ${path}.`,
  });
}
