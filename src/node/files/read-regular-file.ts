import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf } from '../../as-error.js';
import { abortable } from '../../detector/abortable.js';
import { FileAccessError } from '../../errors.js';

export interface ReadOptions {
  /** Throws if the file is too large. Called with the stated size, and again while more bytes come than were stated. */
  checkLength(bytes: number): void;
  /** Throws if the file is refused because of its first bytes. Called with the bytes read so far. */
  checkStart?(bytes: Uint8Array): void;
  /** Aborting rejects at once with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Bytes between two checks of the limits and the signal. */
const STEP = 2 ** 22;
/** Bytes to ask for after the stated size has been read. */
const PROBE = 2 ** 16;

/**
 * The bytes of a regular file in their own buffer. Directories, pipes and devices are refused before they could block. The stated
 * size is not trusted: in /proc it is 0 for endless files.
 * @throws FileAccessError, what the checks throw, or the signal's reason
 */
export async function readRegularFile(path: string, options: ReadOptions): Promise<Uint8Array> {
  const refuse = (received: string, cause?: unknown): never => {
    throw new FileAccessError({ name: path, expected: 'a file that can be read', received, cause });
  };
  const failed = (error: NodeJS.ErrnoException) => refuse(error.code ?? reasonOf(error), error);
  const read = async () => {
    // O_NONBLOCK, because opening a pipe without a writer would wait for one.
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

/** A buffer of twice the size with `more` added, so that the bytes are copied only a few times in total. */
function enlarged(bytes: Uint8Array, more: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length + more.length);
  larger.set(bytes);
  larger.set(more, bytes.length);
  return larger;
}
