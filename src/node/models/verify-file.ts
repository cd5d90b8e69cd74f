import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hashFile } from './hash-file.js';
import type { Digest } from './model-table.js';

export interface FileVerdict {
  status: 'ok' | 'missing' | 'wrong size' | 'wrong digest' | 'unreadable';
  /** What was found, for people. */
  detail: string;
}

/** Says whether a file on disk is byte for byte the one that was pinned. Never throws for what it finds there. */
export async function verifyFile(
  path: string,
  expected: { bytes: number | undefined; digest: Digest },
): Promise<FileVerdict> {
  try {
    const status = await stat(path);
    // Checked before opening: reading a pipe would wait forever.
    if (!status.isFile()) return { status: 'unreadable', detail: 'not a file' };
    if (expected.bytes !== undefined && status.size !== expected.bytes) {
      return { status: 'wrong size', detail: `${status.size} bytes instead of ${expected.bytes}` };
    }
    const digest = await digestOf(path, status.size, expected.digest);
    return digest === Object.values(expected.digest)[0]
      ? { status: 'ok', detail: `${status.size} bytes` }
      : { status: 'wrong digest', detail: digest };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing', detail: 'no such file' };
    return { status: 'unreadable', detail: code ?? message };
  }
}

function digestOf(path: string, size: number, kind: Digest): Promise<string> {
  return hashFile(path, 'sha256' in kind ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`));
}
