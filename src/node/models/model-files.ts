import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ChecksOf, checkOptions, optional, orElse } from '../../check-options.js';
import { ModelFileError, ModelNotFoundError } from '../../errors.js';
import { checkBoolean, checkText } from '../../options.js';
import { PACKAGE_MODELS } from '../package-paths.js';
import { BUILT_IN_FILES, DETECTOR, type KnownModel, LANDMARKER, MERGED } from './model-table.js';

export interface FindModelsOptions {
  /** The only folder to search. Any SCRFD export with key points fits here, under any `det_*.onnx` or `scrfd_*.onnx` name. */
  directory?: string | undefined;
  /** Path of the detector; nothing is searched then. */
  detector?: string | undefined;
  /** Path of the landmark network; nothing is searched then. */
  landmarker?: string | undefined;
  /** Fall back to the package's own networks, which know only drawn faces. Default: false. */
  allowBuiltIn?: boolean | undefined;
}

export interface ModelPaths {
  detector: string;
  landmarker: string;
  /** True for the package's own networks, which know only drawn faces. */
  builtIn: boolean;
}

const FIND_OPTIONS = {
  directory: optional(checkText),
  detector: optional(checkText),
  landmarker: optional(checkText),
  allowBuiltIn: orElse(false, checkBoolean),
} satisfies ChecksOf<FindModelsOptions>;

/**
 * Finds both networks: the given paths or folder; otherwise the folder in `FACIAL_LMK_MODELS`, `models/` of the
 * current folder and of this package, the per-user cache, and the two folders of InsightFace's Python package.
 *
 * @throws {ModelNotFoundError} naming every place that was looked at and the command that fetches the networks
 * @throws {ModelFileError} when a given path is not a file
 */
export async function findModels(options: FindModelsOptions = {}): Promise<ModelPaths> {
  checkOptions('findModels', options, FIND_OPTIONS);
  const detector = await search(DETECTOR, options.detector, options.directory);
  const landmarker = await search(LANDMARKER, options.landmarker, options.directory);
  if (detector.path !== undefined && landmarker.path !== undefined) {
    return { detector: detector.path, landmarker: landmarker.path, builtIn: false };
  }
  // One real and one built-in network would find nothing at all, and no error would say why.
  const nothingFound = detector.path === undefined && landmarker.path === undefined;
  if (options.allowBuiltIn && nothingFound && options.directory === undefined) return builtInModels();
  throw detector.path === undefined ? notFound(DETECTOR, detector) : notFound(LANDMARKER, landmarker);
}

/**
 * Finds the merged `model.onnx`, in the same places.
 *
 * @throws {ModelNotFoundError} naming every place that was looked at and the command that fetches it
 */
export async function findMergedModel(
  options: { directory?: string | undefined; path?: string | undefined } = {},
): Promise<string> {
  checkOptions('findMergedModel', options, { directory: optional(checkText), path: optional(checkText) });
  const result = await search(MERGED, options.path, options.directory);
  if (result.path === undefined) throw notFound(MERGED, result);
  return result.path;
}

/** The two networks that come with this package. They find drawn faces, never photographed ones. */
export function builtInModels(): ModelPaths {
  return {
    detector: join(PACKAGE_MODELS, BUILT_IN_FILES.detector),
    landmarker: join(PACKAGE_MODELS, BUILT_IN_FILES.landmarker),
    builtIn: true,
  };
}

/** The folder that `facial-lmk models fetch` writes to, shared by all projects of one user. */
export function modelCacheFolder(): string {
  return join(userCacheFolder(), 'onnx-facial-lmk-detector');
}

/** Where a known network lies, or undefined. Looks where {@link findModels} does, but takes pinned names only. */
export async function locateModel(model: KnownModel, directory?: string): Promise<string | undefined> {
  for (const folder of searchFolders(directory)) {
    const { names } = await list(folder);
    const name = pinnedName(names, model);
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}

function userCacheFolder(): string {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

function searchFolders(directory: string | undefined): string[] {
  if (directory !== undefined) return [resolve(directory)];
  const named = process.env.FACIAL_LMK_MODELS;
  const insightface = join(homedir(), '.insightface', 'models');
  const folders = [
    ...(named ? [resolve(named)] : []),
    resolve('models'),
    resolve(PACKAGE_MODELS),
    modelCacheFolder(),
    join(insightface, 'buffalo_l'),
    join(insightface, 'antelopev2'),
  ];
  return [...new Set(folders)];
}

interface SearchResult {
  path: string | undefined;
  /** Each folder that did not have it, with the reason. */
  lookedAt: string[];
}

async function search(
  model: KnownModel,
  path: string | undefined,
  directory: string | undefined,
): Promise<SearchResult> {
  if (path !== undefined) {
    await checkFile(model, path);
    return { path, lookedAt: [] };
  }
  const chosen = directory ?? process.env.FACIAL_LMK_MODELS;
  const lookedAt: string[] = [];
  for (const folder of searchFolders(directory)) {
    const { names, problem } = await list(folder);
    const anyExport = chosen && folder === resolve(chosen);
    const name = pinnedName(names, model) ?? (anyExport ? otherExport(folder, names, model) : undefined);
    if (name !== undefined) {
      await checkFile(model, join(folder, name));
      return { path: join(folder, name), lookedAt };
    }
    lookedAt.push(`${folder} (${problem ?? describeNetworks(names)})`);
  }
  return { path: undefined, lookedAt };
}

async function checkFile(model: KnownModel, path: string): Promise<void> {
  const name = roleName(model);
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ModelNotFoundError({
      name,
      expected: 'an ONNX file',
      received: `the path ${path} (${cause.code})`,
      hint: `Check the path. ${fetchHint(model)}`,
      cause,
    });
  });
  if (status.isFile()) return;
  throw new ModelFileError({
    name,
    expected: 'an ONNX file',
    received: `${path}, which is not a file`,
    hint: 'Give the path of the file, or its folder as "directory" (--models).',
  });
}

async function list(folder: string): Promise<{ names: string[]; problem?: string }> {
  try {
    return { names: (await readdir(folder)).sort() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { names: [], problem: code === 'ENOENT' ? 'no such folder' : `not readable: ${code}` };
  }
}

function pinnedName(names: string[], model: KnownModel): string | undefined {
  return [model.fileName, ...model.aliases].find((name) => names.includes(name));
}

/** The one network of the right kind in a folder that the user chose. Of several, none is guessed. */
function otherExport(folder: string, names: string[], model: KnownModel): string | undefined {
  const candidates = names.filter((name) => model.otherExports?.test(name));
  if (candidates.length > 1) {
    throw new ModelNotFoundError({
      name: `the ${model.role} in ${folder}`,
      expected: `${model.fileName} or exactly one other export`,
      received: `${candidates.length} candidates: ${candidates.join(', ')}`,
      hint: `Name one of them as the ${model.role} (--${model.role} FILE).`,
    });
  }
  return candidates[0];
}

const roleName = ({ role }: KnownModel) => (role === 'merged' ? 'the merged model' : `the ${role}`);

function describeNetworks(names: string[]): string {
  const networks = names.filter((name) => name.endsWith('.onnx'));
  return networks.length === 0 ? 'no .onnx file there' : `found only ${networks.join(', ')}`;
}

function notFound(model: KnownModel, { lookedAt }: SearchResult): ModelNotFoundError {
  return new ModelNotFoundError({
    name: roleName(model),
    expected: [model.fileName, ...model.aliases].join(' or '),
    received: `no such file in ${lookedAt.join(', ')}`,
    hint: fetchHint(model),
  });
}

function fetchHint(model: KnownModel): string {
  const command = `npx facial-lmk models fetch${model.role === 'merged' ? ' --merged' : ''}`;
  return `Run "${command}" to download it, or set FACIAL_LMK_MODELS to the folder that holds it.`;
}
