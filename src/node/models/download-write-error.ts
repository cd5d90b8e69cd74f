import type { FileAccessError } from '../../errors.js';
import { writeError } from '../files/write-error.js';

/** A download that could not be written: what the operating system refused, and how to go on. */
export function downloadWriteError(path: string, cause: NodeJS.ErrnoException): FileAccessError {
  return writeError(path, cause, {
    full: 'Free some space and run the same command again: it goes on where it stopped.',
    refused: 'Choose another folder as `directory`, or change its permissions.',
  });
}
