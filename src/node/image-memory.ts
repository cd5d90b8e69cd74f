import { totalmem } from 'node:os';
import { checkInteger } from '../options.js';

export interface ImageMemoryOptions {
  /**
   * Bytes of memory that the images under way may take together; the next one waits before it is decoded. Reckoned is the most
   * that decoding was measured to take: 12 bytes a pixel with sharp (AVIF 24), 65 with jimp. An image that needs more than all
   * of it goes alone; raw pixels are yours and do not count. Default: a quarter of the memory that the process may use.
   */
  imageMemory?: number | undefined;
}

/** Bytes that the process may use: of a container its limit. Without a limit, Node reports none or more than any machine has. */
export const usableMemory = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/**
 * The bytes that `imageMemory` stands for.
 * @throws InvalidOptionError
 */
export function imageMemoryBytes({ imageMemory }: ImageMemoryOptions): number {
  return checkInteger('imageMemory', imageMemory ?? Math.floor(usableMemory() / 4), 1, Number.MAX_SAFE_INTEGER);
}
