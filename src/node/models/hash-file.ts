import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Reads a file through a hash and returns the digest in hexadecimal. No further than one byte more than it states: that tells
 * a longer one from the pinned one, and in /proc there are files without an end.
 */
export async function hashFile(path: string, hash: Hash): Promise<string> {
  const { size } = await stat(path);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, end: size })) hash.update(chunk);
  return hash.digest('hex');
}
