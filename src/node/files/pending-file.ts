import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { ownedBeside, ownedPath } from './owned-path.js';
import { writeError } from './write-error.js';

/** A file that comes into being over a long time: it lies beside its target until it is whole. */
export class PendingFile {
  readonly #target: string;
  /** Where to write. */
  readonly path: string;

  private constructor(target: string) {
    this.#target = target;
    this.path = ownedPath(target, 'part');
  }

  /**
   * Makes the folder, and removes what earlier runs left beside the target when they were killed.
   * @throws FileAccessError
   */
  static async begin(target: string): Promise<PendingFile> {
    try {
      await makeFolder(dirname(target));
      for (const { path, owner } of await ownedBeside(target, 'part')) {
        if (owner === 'ended') await rm(path, { force: true });
      }
    } catch (error) {
      throw writeError(target, error as NodeJS.ErrnoException);
    }
    return new PendingFile(target);
  }

  /** Puts the whole file in its place, over another one that is there. @throws FileAccessError */
  async commit(): Promise<void> {
    await rename(this.path, this.#target).catch((error) => {
      throw writeError(this.#target, error);
    });
  }

  /** Removes what was written, if it is still there. */
  async discard(): Promise<void> {
    await rm(this.path, { force: true }).catch(() => undefined);
  }
}
