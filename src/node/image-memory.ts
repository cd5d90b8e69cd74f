import { totalmem } from 'node:os';
import { checkInteger } from '../options.js';

export interface ImageMemoryOptions {
  /**
   * Memory for the images that are worked on at once, bytes; further images wait before they are decoded. Each counts with the
   * largest amount measured while decoding: 12 bytes a pixel with sharp (AVIF 24), 65 with jimp. An image that needs more than
   * the whole memory is decoded alone. Raw pixels do not count. Default: a quarter of the memory that the process may use.
   */
  imageMemory?: number | undefined;
}

/** Memory that the process may use, bytes: the limit of a container, if there is one. Without a limit Node reports nothing or a huge number. */
export const usableMemory = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/**
 * The value of `imageMemory` or its default, bytes.
 * @throws InvalidOptionError
 */
export function imageMemoryBytes({ imageMemory }: ImageMemoryOptions): number {
  return checkInteger('imageMemory', imageMemory ?? Math.floor(usableMemory() / 4), 1, Number.MAX_SAFE_INTEGER);
}
