import { totalmem } from 'node:os';
import { checkInteger } from '../options.js';

export interface ImageMemoryOptions {
  /**
   * Bytes that the decoded pixels of all images under way may take together, three for each pixel; the next image waits before
   * it is decoded. An image that is larger than this is decoded alone. Default: an eighth of the memory that the process may use.
   */
  imageMemory?: number | undefined;
}

/** Of a container its limit. Without a limit, Node reports none or more than any machine has. */
const usableMemory = () => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/**
 * The bytes that `imageMemory` stands for.
 * @throws InvalidOptionError
 */
export function imageMemoryBytes({ imageMemory }: ImageMemoryOptions): number {
  return checkInteger('imageMemory', imageMemory ?? Math.floor(usableMemory() / 8), 1, Number.MAX_SAFE_INTEGER);
}
