import { fstatSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { writeError } from '../node/files/write-error.js';
import { printable } from './printable.js';

const STDOUT = 1;
const writeSome = promisify(write);

/**
 * Writes data to standard output and waits until it is passed on, so that a slow reader slows the work down instead of filling the
 * memory.
 * @returns false when the reader has gone, which is not an error (`| head`)
 * @throws FileAccessError
 */
export async function print(text: string): Promise<boolean> {
  try {
    await (fstatSync(STDOUT).isFile() ? writeWhole(Buffer.from(text)) : writeToStream(text));
    return true;
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'EPIPE') return false;
    throw writeError('standard output', cause);
  }
}

/** Writes all bytes. A full disk may accept only the first bytes and return their number, which `process.stdout` ignores. */
async function writeWhole(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await writeSome(STDOUT, bytes, at)).bytesWritten;
}

function writeToStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A name for standard output: control characters are escaped on a terminal, as `ls` does, but not in files and pipes. */
export const shownName = (name: string) => (process.stdout.isTTY ? printable(name) : name);
