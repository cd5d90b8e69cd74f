import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { type GlobOptions, glob, isDynamicPattern } from 'tinyglobby';
import { type ImageSource, sourceIn, unusable } from './image-source.js';
import { kindOf } from './kind-of.js';

/** The leading folders of a pattern, up to the first wildcard. */
export function patternFolder(pattern: string): string {
  const folders = pattern.split('/').slice(0, -1);
  const varies = folders.findIndex((folder) => isDynamicPattern(folder));
  return folders.slice(0, varies < 0 ? undefined : varies).join('/') || (isAbsolute(pattern) ? '/' : '.');
}

/** The hint for a pattern that matches nothing. */
async function hintFor(pattern: string, options: GlobOptions): Promise<string> {
  // Some shells pass quotes on as part of the pattern, e.g. the command line of Windows passes single quotes.
  if (/^(['"]).*\1$/.test(pattern))
    return 'The quotes are part of the pattern. Use other quotes in this shell, or none.';
  const folder = patternFolder(pattern);
  if ((await kindOf(folder)) !== 'folder') return `There is no folder ${folder}.`;
  const [similar] = await glob(pattern, { ...options, caseSensitiveMatch: false });
  if (similar !== undefined) return `Upper and lower case differ from ${similar}.`;
  return `Nothing in ${folder} matches it. * matches any part of a name, ** any folders.`;
}

/** Returns a function that tells whether a path leads through a link to a folder, below the named folder. */
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
 * Files that match a pattern, sorted by name. Links to files are followed, links to folders are not, as in a folder.
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
  return [unusable(argument, 'a pattern that matches a file', 'one that matches none', hint)];
}
