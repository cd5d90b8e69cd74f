import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Reads a file through a hash and returns the digest in hexadecimal. */
export async function hashFile(path: string, hash: Hash): Promise<string> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
