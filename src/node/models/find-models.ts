import { basename, join, resolve } from 'node:path';
import { type ChecksOf, checkOptions, oneOf, optional } from '../../check-options.js';
import { describe } from '../../describe.js';
import { InvalidOptionError, ModelFileError, ModelNotFoundError } from '../../errors.js';
import { checkIdentity, type NetworksIdentity } from '../../runtime/receipt.js';
import { checkModelSource } from '../runtime/onnx-session.js';
import { checkLicence, type LicenceWish } from './check-licence.js';
import { chooseInFolder } from './choose-in-folder.js';
import { identifyNetworks, type NetworkSource } from './identify-networks.js';
import { locateModel } from './locate-model.js';
import { describeFolder, listFolder, namedFolder, packagedPath, projectFolder } from './model-folders.js';
import { isFetched, MEDIAPIPE_LANDMARKER, YUNET_DETECTOR } from './model-table.js';
import {
  DEFAULT_SET,
  isSetName,
  licencesOf,
  NETWORK_SET_NAMES,
  NETWORK_SETS,
  type NetworkSetName,
} from './network-sets.js';

/** Which networks are wanted. */
export interface NetworkChoice<Source extends NetworkSource = NetworkSource> {
  /**
   * A set by its name, or a folder that holds both networks. Default: what you have put into the folder in
   * `FACIAL_LMK_MODELS` or into `models/` of the working folder, else `mediapipe`.
   */
  networks?: NetworkSetName | (string & {}) | undefined;
  /** An SCRFD or YuNet network of your own, in place of the set's detector: a path, or the file's bytes. */
  detector?: Source | undefined;
  /** A 106-point network of your own, in place of the set's: a path, or the file's bytes. */
  landmarker?: Source | undefined;
  /** `commercial` refuses networks that products may not contain, and files of unknown licence. Default: any licence. */
  licence?: LicenceWish | undefined;
  /** What `findModels` says of the files that it found. Not read: the files themselves are looked at again. */
  identity?: NetworksIdentity | undefined;
}

export type FindModelsOptions = NetworkChoice<string>;

/** Two networks that were found, and which they are. */
export interface ResolvedNetworks<Source extends NetworkSource = NetworkSource> {
  detector: Source;
  landmarker: Source;
  identity: NetworksIdentity;
}

export type ModelPaths = ResolvedNetworks<string>;

const ROLES = ['detector', 'landmarker'] as const;
type Role = (typeof ROLES)[number];
type Paths = Partial<Record<Role, string>>;

/**
 * Finds both networks and says which they are.
 *
 * A set that is named is looked for in `FACIAL_LMK_MODELS`, `models/`, the cache folder of `facial-lmk models fetch` and the
 * folders of InsightFace's Python package. Without a name nothing is taken from the last two, so that no licence changes
 * because another program has left its files on the machine.
 *
 * @throws ModelNotFoundError naming every place that was looked at and the command that fetches the networks
 * @throws ModelFileError when a path is no file, or a set's file holds other bytes than the set's
 * @throws LicenceError when the licence forbids what the networks are wanted for
 */
export async function findModels(options: FindModelsOptions = {}): Promise<ModelPaths> {
  return resolveNetworks(options);
}

/** {@link findModels}, for networks that may come as bytes. */
export async function resolveNetworks<Source extends NetworkSource = string>(
  choice: NetworkChoice<Source>,
): Promise<ResolvedNetworks<Source | string>> {
  checkOptions('findModels', choice, NETWORK_CHOICE);
  const { networks, detector, landmarker, licence } = choice;
  const missing = ROLES.filter((role) => choice[role] === undefined);
  const named = networks !== undefined && isSetName(networks) ? NETWORK_SETS[networks] : undefined;
  // Before anything is looked for: the answer is the same where the files are not there.
  if (named && missing.length === ROLES.length) checkLicence(licence, nameSet(named.name), licencesOf(named));

  const found = missing.length === 0 ? {} : await find(networks, missing);
  const sources = { detector: detector ?? found.detector!, landmarker: landmarker ?? found.landmarker! };
  const { licences, ...identity } = await identifyNetworks(sources);
  for (const role of missing) if (named) checkBytes(named.name, role, found[role]!, identity.digests[role]);
  const files = ROLES.map((role) => (typeof sources[role] === 'string' ? sources[role] : `${role} bytes`));
  checkLicence(licence, identity.set === 'custom' ? files.join(' and ') : nameSet(identity.set), licences);
  return { ...sources, identity };
}

const nameSet = (set: string) => `the set "${set}"`;

const SETS_OR_FOLDER = `a set (${NETWORK_SET_NAMES.join(', ')}) or a folder that holds both networks`;

function checkNetworks(name: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new InvalidOptionError({ name, expected: SETS_OR_FOLDER, received: describe(value) });
}

/** What each part of the choice must be. */
export const NETWORK_CHOICE = {
  networks: optional(checkNetworks),
  detector: optional(checkModelSource),
  landmarker: optional(checkModelSource),
  licence: optional(oneOf(['commercial'])),
  identity: optional(checkIdentity),
} satisfies ChecksOf<NetworkChoice>;

async function find(networks: string | undefined, missing: readonly Role[]): Promise<Paths> {
  if (networks === undefined) return findOwn(missing);
  return isSetName(networks) ? findSet(networks, missing) : findInFolder(resolve(networks), missing);
}

/** What the user has put into a folder of his own, else the default set. */
async function findOwn(missing: readonly Role[]): Promise<Paths> {
  const named = namedFolder();
  if (named !== undefined) return findInFolder(named, missing);
  const folder = projectFolder();
  const { names } = await listFolder(folder);
  // Pinned names only: what else lies in some project's `models/` may be anything.
  const found = choosePaths(folder, names, missing, false);
  return missing.some((role) => found[role]) ? complete(folder, names, missing, found) : findSet(DEFAULT_SET, missing);
}

/** A set by its name, each file wherever it lies. */
async function findSet(name: NetworkSetName, missing: readonly Role[]): Promise<Paths> {
  const found: Paths = {};
  for (const role of missing) {
    const file = NETWORK_SETS[name][role];
    const { path, lookedAt } = await locateModel(file);
    if (path === undefined) {
      throw new ModelNotFoundError({
        name: `the ${role} of ${nameSet(name)}`,
        expected: file.fileName,
        received: `no such file in ${lookedAt.join(', ')}`,
        hint: `Run "npx facial-lmk models fetch ${name}" to download it, name a file as \`${role}\`, or set FACIAL_LMK_MODELS to the folder that holds it.`,
      });
    }
    found[role] = path;
  }
  return found;
}

/** A folder that the user has named: any network of the right kind, under any of the usual names. */
async function findInFolder(folder: string, missing: readonly Role[]): Promise<Paths> {
  const { names, problem } = await listFolder(folder);
  if (problem !== undefined) {
    throw new ModelNotFoundError({
      name: 'the networks',
      expected: SETS_OR_FOLDER,
      received: `${folder} (${problem})`,
      hint: 'Check the spelling.',
    });
  }
  return complete(folder, names, missing, choosePaths(folder, names, missing, true));
}

function choosePaths(folder: string, names: readonly string[], missing: readonly Role[], anyNetwork: boolean): Paths {
  const found: Paths = {};
  for (const role of missing) {
    const name = chooseInFolder(folder, names, role, { anyNetwork });
    if (name !== undefined) found[role] = join(folder, name);
  }
  return found;
}

/** Refuses half a pair: the other half from elsewhere would be other networks than the user thinks. */
function complete(folder: string, names: string[], missing: readonly Role[], found: Paths): Paths {
  const absent = missing.find((role) => found[role] === undefined);
  if (absent === undefined) return found;
  // YuNet comes without landmarks; its set takes those of this package.
  if (absent === 'landmarker' && found.detector && YUNET_DETECTOR.otherExports?.test(basename(found.detector))) {
    return { ...found, landmarker: packagedPath(MEDIAPIPE_LANDMARKER) };
  }
  throw new ModelNotFoundError({
    name: `the ${absent}`,
    expected: NETWORK_SETS.insightface[absent].fileName,
    received: `no such file in ${describeFolder(folder, { names })}`,
    hint: `Put it there ("npx facial-lmk models fetch" downloads it), or name a set, such as "${DEFAULT_SET}", which needs no files.`,
  });
}

/** A set's name stands for its bytes. */
function checkBytes(set: NetworkSetName, role: Role, path: string, sha256: string): void {
  const file = NETWORK_SETS[set][role];
  if (!isFetched(file) || !('sha256' in file.digest) || file.digest.sha256 === sha256) return;
  throw new ModelFileError({
    name: `the ${role} of ${nameSet(set)}`,
    expected: `the SHA-256 ${file.digest.sha256}`,
    received: `${path} with ${sha256}`,
    hint: `Remove it and run "npx facial-lmk models fetch ${set}", or name the file itself as \`${role}\` to run it as it is.`,
  });
}
