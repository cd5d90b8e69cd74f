import { join, parse, relative } from 'node:path';
import { type FacialLmkError, FileAccessError } from '../errors.js';

/** An image named by an argument of the command, or the reason why it cannot be used. */
export interface ImageSource {
  name: string;
  /** The beginning of its output files' names: the name without extension, with the folders below the given one. */
  stem: string;
  error?: FacialLmkError;
}

/** An image below the given folder. */
export function sourceIn(folder: string, path: string): ImageSource {
  const { dir, name } = parse(relative(folder, path));
  return { name: path, stem: dir.startsWith('..') ? name : join(dir, name) };
}

/** An argument that names no image, with the reason. */
export function unusable(name: string, expected: string, received: string, hint: string): ImageSource {
  const error = new FileAccessError({ name: 'the images', expected, received, hint });
  return { name, stem: parse(name).name, error };
}
