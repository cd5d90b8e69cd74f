import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf } from '../../as-error.js';
import { abortable } from '../../detector/abortable.js';
import { FileAccessError } from '../../errors.js';

export interface ReadOptions {
  /** Throws for a file of more bytes than wanted: called with what the file states, and while more than that comes. */
  checkLength(bytes: number): void;
  /** Throws for a file that is refused by its beginning: called with what has come so far. */
  checkStart?(bytes: Uint8Array): void;
  /** Aborting rejects at once with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Bytes between two looks at the limits, and at the signal. */
const STEP = 2 ** 22;
/** Bytes to ask for where the stated size says that none are left. */
const PROBE = 2 ** 16;

/**
 * The bytes of a regular file, in a buffer that holds nothing else. Directories, pipes and devices are refused before they
 * could block. The size that a file states is not relied on: in /proc it is 0 for files without an end.
 * @throws FileAccessError, what the checks throw, or the signal's reason
 */
export async function readRegularFile(path: string, options: ReadOptions): Promise<Uint8Array> {
  const refuse = (received: string, cause?: unknown): never => {
    throw new FileAccessError({ name: path, expected: 'a file that can be read', received, cause });
  };
  const failed = (error: NodeJS.ErrnoException) => refuse(error.code ?? reasonOf(error), error);
  const read = async () => {
    // O_NONBLOCK: opening a pipe without a writer would wait for one.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(failed);
    try {
      const info = await file.stat().catch(failed);
      if (!info.isFile()) refuse(info.isDirectory() ? 'a directory' : 'something that is not a regular file');
      options.checkLength(info.size);
      return await readAll(file, info.size, options, failed);
    } finally {
      await file.close();
    }
  };
  return abortable(read(), options.signal);
}

async function readAll(
  file: FileHandle,
  stated: number,
  { checkLength, checkStart, signal }: ReadOptions,
  failed: (error: NodeJS.ErrnoException) => never,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(stated);
  let used = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (used === bytes.length) {
      const more = new Uint8Array(PROBE);
      const { bytesRead } = await file.read(more).catch(failed);
      if (bytesRead === 0) return bytes;
      bytes = enlarged(bytes, more);
      used += bytesRead;
    } else {
      const { bytesRead } = await file.read(bytes, used, Math.min(STEP, bytes.length - used)).catch(failed);
      if (bytesRead === 0) return bytes.slice(0, used);
      used += bytesRead;
    }
    checkLength(used);
    checkStart?.(bytes.subarray(0, used));
  }
}

/** Twice as long, so that the whole is copied a few times at most, with `more` behind what was there. */
function enlarged(bytes: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length + more.length);
  larger.set(bytes);
  larger.set(more, bytes.length);
  return larger;
}
