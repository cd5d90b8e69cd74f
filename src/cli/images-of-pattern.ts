import { isAbsolute, sep } from 'node:path';
import { type GlobOptions, glob, isDynamicPattern } from 'tinyglobby';
import { type ImageSource, sourceIn, unusable } from './image-source.js';
import { kindOf } from './kind-of.js';

/** The folders of a pattern before anything in it varies. */
function fixedPart(pattern: string): string {
  const folders = pattern.split('/').slice(0, -1);
  const varies = folders.findIndex((folder) => isDynamicPattern(folder));
  return folders.slice(0, varies < 0 ? undefined : varies).join('/') || (isAbsolute(pattern) ? '/' : '.');
}

/** The way out for a pattern that fits nothing. */
async function hintFor(pattern: string, options: GlobOptions): Promise<string> {
  const folder = fixedPart(pattern);
  if ((await kindOf(folder)) !== 'folder') return `There is no folder ${folder}.`;
  const similar = await glob(pattern, { ...options, caseSensitiveMatch: false });
  if (similar.length > 0) return `Upper and lower case differ: ${similar[0]} would fit otherwise.`;
  return `Nothing in ${folder} fits it; * stands for any part of a name, ** for any folders.`;
}

/**
 * Files that a pattern fits, sorted by name. Links to files are followed, links to folders are not, as in a folder.
 * @param argument on Windows also with backslashes between folders
 */
export async function imagesOfPattern(argument: string): Promise<ImageSource[]> {
  const pattern = sep === '\\' ? argument.replaceAll('\\', '/') : argument;
  const options: GlobOptions = {
    absolute: isAbsolute(pattern),
    expandDirectories: false,
    followSymbolicLinks: false,
  };
  const found = (await glob(pattern, options)).sort();
  if (found.length > 0) return found.map((name) => sourceIn(fixedPart(pattern), name));
  const hint = await hintFor(pattern, options);
  return [unusable(argument, 'a pattern that fits some file', 'one that fits none', hint)];
}
