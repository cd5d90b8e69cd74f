import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PACKAGE_MODELS } from '../package-paths.js';
import type { NetworkFile } from './model-table.js';
import { NETWORK_SETS } from './network-sets.js';

/**
 * The folder that `facial-lmk models fetch` writes to, shared by all projects of one user; `models/` of the working folder
 * for a user without a home.
 */
export function modelCacheFolder(): string {
  const cache = userCacheFolder();
  return cache === undefined ? projectFolder() : join(cache, 'onnx-facial-lmk-detector');
}

function userCacheFolder(): string | undefined {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const home = homeFolder();
  if (process.platform === 'win32') return LOCALAPPDATA || (home && join(home, 'AppData', 'Local'));
  if (process.platform === 'darwin') return home && join(home, 'Library', 'Caches');
  return XDG_CACHE_HOME || (home && join(home, '.cache'));
}

/** Undefined for a user who has none, as in a container that runs under any number. */
function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
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
  const home = homeFolder();
  const ofInsightface = home !== undefined && (file === detector || file === landmarker);
  return [
    ...new Set([
      ...(named === undefined ? [] : [named]),
      projectFolder(),
      modelCacheFolder(),
      ...(ofInsightface ? ['buffalo_l', 'antelopev2'].map((name) => join(home, '.insightface', 'models', name)) : []),
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
