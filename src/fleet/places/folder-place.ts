import type { Dirent } from 'node:fs';
import { readdir, realpath, rm, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { reasonOf } from '../../as-error.js';
import { FileAccessError } from '../../errors.js';
import { type ReadOptions, readRegularFile } from '../../node/files/read-regular-file.js';
import { writeFileAtomic } from '../../node/files/write-file.js';
import { checkName } from './check-name.js';
import type { Place } from './place.js';

const isMissing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Whether a path is the folder or lies below it. Both must have links resolved. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^[a-z]:/i.test(way));
}

/** A local or shared folder. */
export class FolderPlace implements Place {
  readonly address: string;
  readonly #roots: readonly string[] | undefined;

  /** @param roots folders, with links resolved, outside of which no file is read; undefined for no bounds */
  constructor(folder: string, roots?: readonly string[]) {
    this.address = resolve(folder);
    this.#roots = roots;
  }

  async *list(folder: string): AsyncGenerator<string> {
    const prefix = folder === '' ? '' : `${folder}/`;
    let entries: Dirent[];
    try {
      entries = await readdir(join(this.address, folder), { withFileTypes: true });
    } catch (cause) {
      if (folder !== '' && isMissing(cause)) return;
      const name = join(this.address, folder);
      throw new FileAccessError({ name, expected: 'a folder that can be read', received: reasonOf(cause), cause });
    }
    // Sorted as whole paths would be, so that the order does not depend on how the folders are walked.
    const sorted = entries.map((entry) => ({ entry, key: entry.name + (entry.isDirectory() ? '/' : '') }));
    sorted.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { entry } of sorted) {
      if (entry.name.startsWith('.')) continue;
      const name = prefix + entry.name;
      if (entry.isDirectory()) yield* this.list(name);
      else if (entry.isFile() || (await this.size(name)) !== undefined) yield name;
    }
  }

  async size(name: string): Promise<number | undefined> {
    const info = await stat(this.#path(name)).catch((error) => {
      if (!isMissing(error)) throw error;
    });
    return info?.isFile() ? info.size : undefined;
  }

  async read(name: string, options: ReadOptions): Promise<Uint8Array | undefined> {
    const path = this.#path(name);
    try {
      if (this.#roots) this.#checkBounds(await realpath(path), this.#roots);
      return await readRegularFile(path, options);
    } catch (error) {
      if (isMissing(error) || isMissing((error as Error).cause ?? {})) return undefined;
      throw error;
    }
  }

  async write(name: string, bytes: Uint8Array | string): Promise<void> {
    await writeFileAtomic(this.#path(name), bytes);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.address, checkName(name));
  }

  /** Refuses links that lead out of the roots. */
  #checkBounds(path: string, roots: readonly string[]): void {
    if (roots.some((root) => isInside(root, path))) return;
    throw new FileAccessError({
      name: 'the image',
      expected: 'a file below the folders that this worker may read',
      received: 'a link that leads elsewhere',
    });
  }
}
