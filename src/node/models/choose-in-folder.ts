import { ModelNotFoundError } from '../../errors.js';
import { pinnedName } from './locate-model.js';
import { isFetched, type ModelRole, type NetworkFile } from './model-table.js';
import { filesOf, NETWORK_SETS } from './network-sets.js';

const FILES = [...new Set(Object.values(NETWORK_SETS).flatMap(filesOf))];
const FETCHED = FILES.filter(isFetched);

/** Which names count as networks. */
export interface FolderRules {
  /** Also other exports than the pinned ones, and copies of this package's own networks. Default: only what users fetch. */
  anyNetwork: boolean;
}

/**
 * The one network of a role in a folder, or undefined. Of several, none is guessed.
 * @throws ModelNotFoundError when there are several
 */
export function chooseInFolder(
  folder: string,
  names: readonly string[],
  role: ModelRole,
  { anyNetwork }: FolderRules,
): string | undefined {
  const known = (files: readonly NetworkFile[]) =>
    files.flatMap((file) => (file.role === role ? (pinnedName(names, file) ?? []) : []));
  const exports = () =>
    names.filter((name) => FETCHED.some((file) => file.role === role && file.otherExports?.test(name)));
  let candidates = known(FETCHED);
  if (anyNetwork && candidates.length === 0) candidates = exports();
  if (anyNetwork && candidates.length === 0) candidates = known(FILES);
  if (candidates.length > 1) {
    throw new ModelNotFoundError({
      name: `the ${role} in ${folder}`,
      expected: 'exactly one network',
      received: `${candidates.length} candidates: ${candidates.join(', ')}`,
      hint: `Name one of them as \`${role}\`, or a set as \`networks\`.`,
    });
  }
  return candidates[0];
}
