import { join, resolve } from 'node:path';
import { describeFolder, listFolder, packagedPath, searchFolders } from './model-folders.js';
import { isFetched, type NetworkFile } from './model-table.js';

export interface Located {
  /** Undefined where no folder has it. */
  path: string | undefined;
  /** Each folder that did not have it, with the reason. */
  lookedAt: string[];
}

/** The first of a network's pinned names among the names of a folder. */
export function pinnedName(names: readonly string[], file: NetworkFile): string | undefined {
  return [file.fileName, ...(isFetched(file) ? file.aliases : [])].find((name) => names.includes(name));
}

/**
 * Looks for a known network under its pinned names, in all folders where it may lie when it is named.
 * @param directory the only folder to search
 */
export async function locateModel(file: NetworkFile, directory?: string): Promise<Located> {
  if (!isFetched(file)) return { path: packagedPath(file), lookedAt: [] };
  const lookedAt: string[] = [];
  for (const folder of directory === undefined ? searchFolders(file) : [resolve(directory)]) {
    const list = await listFolder(folder);
    const name = pinnedName(list.names, file);
    if (name !== undefined) return { path: join(folder, name), lookedAt };
    lookedAt.push(describeFolder(folder, list));
  }
  return { path: undefined, lookedAt };
}
