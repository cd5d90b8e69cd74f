import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { type GlobOptions, glob, isDynamicPattern } from 'tinyglobby';
import { type ImageSource, sourceIn, unusable } from './image-source.js';
import { kindOf } from './kind-of.js';

/** The folders of a pattern before anything in it varies. */
export function patternFolder(pattern: string): string {
  const folders = pattern.split('/').slice(0, -1);
  const varies = folders.findIndex((folder) => isDynamicPattern(folder));
  return folders.slice(0, varies < 0 ? undefined : varies).join('/') || (isAbsolute(pattern) ? '/' : '.');
}

/** The way out for a pattern that fits nothing. */
async function hintFor(pattern: string, options: GlobOptions): Promise<string> {
  // Some shells take quotes for a part of the pattern, as the command line of Windows does with single ones.
  if (/^(['"]).*\1$/.test(pattern)) return 'The quotes are part of it: this shell wants others, or none.';
  const folder = patternFolder(pattern);
  if ((await kindOf(folder)) !== 'folder') return `There is no folder ${folder}.`;
  const [similar] = await glob(pattern, { ...options, caseSensitiveMatch: false });
  if (similar !== undefined) return `Upper and lower case differ: ${similar} would fit otherwise.`;
  return `Nothing in ${folder} fits it; * stands for any part of a name, ** for any folders.`;
}

/** Tells which paths are reached through a link to a folder, below the folder that was named. */
function linkedFolders(root: string): (path: string) => Promise<boolean> {
  const known = new Map([[resolve(root), Promise.resolve(false)]]);
  const isLinked = async (folder: string): Promise<boolean> => {
    if ((await lstat(folder)).isSymbolicLink()) return true;
    const above = dirname(folder);
    return above !== folder && lookUp(above);
  };
  const lookUp = (folder: string): Promise<boolean> => {
    const found = known.get(folder) ?? isLinked(folder).catch(() => false);
    known.set(folder, found);
    return found;
  };
  return (path) => lookUp(dirname(resolve(path)));
}

/**
 * Files that a pattern fits, sorted by name. Links to files are followed, links to folders are not, as in a folder.
 * @param argument on Windows also with backslashes between folders
 */
export async function imagesOfPattern(argument: string): Promise<ImageSource[]> {
  const pattern = sep === '\\' ? argument.replaceAll('\\', '/') : argument;
  const options: GlobOptions = { absolute: isAbsolute(pattern), expandDirectories: false };
  const root = patternFolder(pattern);
  const isBelowLink = linkedFolders(root);
  const found: ImageSource[] = [];
  for (const path of (await glob(pattern, options)).sort()) {
    if (!(await isBelowLink(path))) found.push(sourceIn(root, path));
  }
  if (found.length > 0) return found;
  const hint = await hintFor(pattern, options);
  return [unusable(argument, 'a pattern that fits some file', 'one that fits none', hint)];
}
