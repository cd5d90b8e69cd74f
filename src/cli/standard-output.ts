import { fstatSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { writeError } from '../node/files/write-error.js';
import { printable } from './printable.js';

const STDOUT = 1;
const writeSome = promisify(write);

/**
 * Writes data to standard output and waits until it is on its way, so that a slow reader slows the work instead of filling
 * the memory.
 * @returns false when its reader has gone: one that has seen enough (`| head`) is no failure
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

/** A full disk may take the beginning of what it is given, and say so by a number that `process.stdout` does not look at. */
async function writeWhole(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await writeSome(STDOUT, bytes, at)).bytesWritten;
}

function writeToStream(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** A name as standard output is to have it: escaped on a terminal, as `ls` does, and as it is for whoever reads on. */
export const shownName = (name: string) => (process.stdout.isTTY ? printable(name) : name);
