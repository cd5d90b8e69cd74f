import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { ModelFileError } from '../../errors.js';
import { hashFile } from './hash-file.js';
import { modelReadError } from './model-read-error.js';

/**
 * SHA-256 of a network on disk, in hexadecimal.
 * @param name what it was asked for as, for messages
 * @throws ModelNotFoundError, ModelFileError for a file that cannot be read
 */
export async function modelDigest(path: string, name?: 'detector' | 'landmarker'): Promise<string> {
  try {
    // Reading a pipe would wait forever.
    if (!(await stat(path)).isFile()) {
      throw new ModelFileError({ name: `the model ${path}`, expected: 'a file', received: 'something else' });
    }
    return await hashFile(path, createHash('sha256'));
  } catch (error) {
    throw error instanceof ModelFileError ? error : modelReadError(path, error as NodeJS.ErrnoException, name);
  }
}
