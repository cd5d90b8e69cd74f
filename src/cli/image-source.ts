import { join, parse, relative } from 'node:path';
import { type FacialLmkError, FileAccessError } from '../errors.js';

/** What an argument of the command stands for: an image, or the reason why there is none. */
export interface ImageSource {
  name: string;
  /** What its output files are called after: the name without extension, with the folders below the one that was given. */
  stem: string;
  error?: FacialLmkError;
}

/** An image below the folder that was given. */
export function sourceIn(folder: string, path: string): ImageSource {
  const { dir, name } = parse(relative(folder, path));
  return { name: path, stem: dir.startsWith('..') ? name : join(dir, name) };
}

/** What leads to no image, with the reason. */
export function unusable(name: string, expected: string, received: string, hint: string): ImageSource {
  const error = new FileAccessError({ name: 'the images', expected, received, hint });
  return { name, stem: parse(name).name, error };
}
