import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, parse, relative } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type FacialLmkError, FileAccessError } from '../errors.js';

/** What an argument of the command stands for: an image, or the reason why there is none. */
export interface ImageSource {
  name: string;
  /** What its output files are called after: the name without extension, with the folders below the one that was given. */
  stem: string;
  error?: FacialLmkError;
}

function sourceIn(folder: string, path: string): ImageSource {
  const { dir, name } = parse(relative(folder, path));
  return { name: path, stem: dir.startsWith('..') ? name : join(dir, name) };
}

/** What counts as an image in a folder. A file that is named itself may be called anything. */
const EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'bmp', 'avif'];

async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    // Whatever else is wrong with it shows when it is opened.
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'missing' : 'file';
  }
}

/**
 * Images of a folder and all folders below it, but hidden ones. Links to files are followed, links to folders are not: they
 * may lead anywhere, and back. A folder that cannot be read becomes an error, and the rest is found.
 */
async function imagesIn(folder: string, root = folder): Promise<ImageSource[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return unusable(folder, 'a folder that can be read', code ?? message, 'Change its permissions, or leave it out.');
  }
  const found = entries.map(async (entry): Promise<ImageSource[]> => {
    const name = join(folder, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return imagesIn(name, root);
    if (!EXTENSIONS.includes(extname(name).slice(1).toLowerCase())) return [];
    return entry.isSymbolicLink() && (await kindOf(name)) === 'folder' ? [] : [sourceIn(root, name)];
  });
  return (await Promise.all(found)).flat();
}

/** By code units, so that the order is the same on every machine. */
const byName = (a: ImageSource, b: ImageSource) => (a.name < b.name ? -1 : 1);

/** The folders of a pattern before anything in it varies. */
function fixedPart(pattern: string): string {
  const folders = pattern.split('/').slice(0, -1);
  const varies = folders.findIndex((folder) => isDynamicPattern(folder));
  return folders.slice(0, varies < 0 ? undefined : varies).join('/') || (isAbsolute(pattern) ? '/' : '.');
}

const unusable = (name: string, expected: string, received: string, hint: string): ImageSource[] => [
  { name, stem: parse(name).name, error: new FileAccessError({ name: 'the images', expected, received, hint }) },
];

async function expand(argument: string): Promise<ImageSource[]> {
  const none = (expected: string, received: string, hint: string) => unusable(argument, expected, received, hint);
  if (argument === '-') return [{ name: argument, stem: 'stdin' }];
  const kind = await kindOf(argument);
  if (kind === 'file') return [sourceIn(dirname(argument), argument)];
  if (kind === 'folder') {
    const found = await imagesIn(argument);
    if (found.length > 0) return found.sort(byName);
    return none('a folder with images', 'one without', `Images are files that end in ${EXTENSIONS.join(', ')}.`);
  }
  if (!isDynamicPattern(argument)) {
    return none('a file, a folder or a pattern', 'a path where nothing is', 'Check the spelling.');
  }
  const found = (await glob(argument, { absolute: isAbsolute(argument), expandDirectories: false })).sort();
  if (found.length > 0) return found.map((name) => sourceIn(fixedPart(argument), name));
  return none('a pattern that fits some file', 'one that fits none', 'Quote it, so that the shell leaves it alone.');
}

/**
 * Files, folders (searched through all levels), glob patterns and `-` as a list of images, in the order of the
 * arguments, inside one sorted by name. What leads nowhere stays in the list with its error.
 */
export async function imageSources(args: readonly string[]): Promise<ImageSource[]> {
  return (await Promise.all(args.map(expand))).flat();
}
