import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PACKAGE_MODELS } from '../package-paths.js';
import type { NetworkFile } from './model-table.js';
import { NETWORK_SETS } from './network-sets.js';

/** The folder that `facial-lmk models fetch` writes to, shared by all projects of one user. */
export function modelCacheFolder(): string {
  return join(userCacheFolder(), 'onnx-facial-lmk-detector');
}

function userCacheFolder(): string {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

/** The folder in `FACIAL_LMK_MODELS`, if it is set. */
export const namedFolder = (): string | undefined =>
  process.env.FACIAL_LMK_MODELS ? resolve(process.env.FACIAL_LMK_MODELS) : undefined;

/** `models/` of the working folder. */
export const projectFolder = (): string => resolve('models');

/** Where a network that users fetch is looked for when it is named: their own folders, the cache, other programs' folders. */
export function searchFolders(file: NetworkFile): string[] {
  const named = namedFolder();
  const { detector, landmarker } = NETWORK_SETS.insightface;
  const insightface = join(homedir(), '.insightface', 'models');
  return [
    ...new Set([
      ...(named === undefined ? [] : [named]),
      projectFolder(),
      modelCacheFolder(),
      ...(file === detector || file === landmarker
        ? [join(insightface, 'buffalo_l'), join(insightface, 'antelopev2')]
        : []),
    ]),
  ];
}

/** Where a network lies that is part of this package. */
export const packagedPath = ({ fileName }: Pick<NetworkFile, 'fileName'>): string => join(PACKAGE_MODELS, fileName);

/** The names in a folder, sorted, or why there are none. */
export async function listFolder(folder: string): Promise<{ names: string[]; problem?: string | undefined }> {
  try {
    return { names: (await readdir(folder)).sort() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { names: [], problem: code === 'ENOENT' ? 'no such folder' : `not readable: ${code}` };
  }
}

/** What a folder holds instead of what was looked for, in brackets behind its name. */
export function describeFolder(folder: string, { names, problem }: Awaited<ReturnType<typeof listFolder>>): string {
  const networks = names.filter((name) => name.endsWith('.onnx'));
  return `${folder} (${problem ?? (networks.length === 0 ? 'no .onnx file there' : `found only ${networks.join(', ')}`)})`;
}
