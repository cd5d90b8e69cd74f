import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FacialLmkError, FileAccessError, InvalidOptionError } from '../errors.js';
import { FileLock } from '../node/files/file-lock.js';
import { makeFolder } from '../node/files/make-folder.js';
import { writeError } from '../node/files/write-error.js';

/**
 * A file of JSON lines that grows image by image. Every line is written at once. If a process was killed while writing a line, the
 * incomplete line is removed before the file is continued. A lock keeps other runs from writing to the file.
 */
export class JsonlFile {
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #isNew: boolean;
  /** Absolute paths of the images that the file already had. */
  readonly #done: ReadonlySet<string>;
  /** Bytes of the whole lines. */
  #length: number;
  #file: FileHandle | undefined;

  private constructor(path: string, lock: FileLock, lines: WholeLines | undefined) {
    this.#path = path;
    this.#lock = lock;
    this.#isNew = lines === undefined;
    this.#done = lines?.images ?? new Set();
    this.#length = lines?.length ?? 0;
  }

  /**
   * Reads and locks the file, but does not change it until {@link begin}, so that a run that fails before its first line leaves no
   * file behind that the next run would have to resume.
   * @param resume continue an existing file instead of refusing it
   * @throws InvalidOptionError for an existing file without `resume`, or a file of another kind
   * @throws FileAccessError
   */
  static async open(path: string, resume: boolean): Promise<JsonlFile> {
    await makeFolder(dirname(path)).catch(cannotWrite(path));
    const lock = await FileLock.take(path);
    try {
      const isThere = await checkRegular(path);
      if (isThere && !resume) throw alreadyThere(path);
      return new JsonlFile(path, lock, isThere ? await readLines(path) : undefined);
    } catch (error) {
      await lock.release();
      throw error instanceof FacialLmkError ? error : writeError(path, error as NodeJS.ErrnoException, HINTS);
    }
  }

  /** Whether the file already had the line of an image. Compares absolute paths. */
  has(image: string): boolean {
    return this.#done.has(resolve(image));
  }

  /** Opens the file for writing and removes an incomplete last line. The first {@link append} calls it too. */
  async begin(): Promise<void> {
    if (this.#file) return;
    // A program that ignores the lock may have created the file meanwhile. The flag `x` then refuses it.
    this.#file = await open(this.#path, this.#isNew ? 'ax' : 'a').catch(cannotWrite(this.#path));
    await this.#file.truncate(this.#length).catch(cannotWrite(this.#path));
  }

  /** @throws FileAccessError; the file then holds the lines before this one, whole */
  async append(line: string): Promise<void> {
    await this.begin();
    const file = this.#file as FileHandle;
    const { size } = await file.stat();
    if (size !== this.#length) {
      throw new FileAccessError({
        name: this.#path,
        expected: `the ${this.#length} bytes that this run knows of`,
        received: `${size}, because something else writes to it`,
        hint: 'Let only one run write to a file. Continue it with --resume.',
      });
    }
    try {
      await file.appendFile(line);
      this.#length += Buffer.byteLength(line);
    } catch (cause) {
      await file.truncate(this.#length).catch(() => undefined);
      throw writeError(this.#path, cause as NodeJS.ErrnoException, HINTS);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await this.#lock.release();
  }
}

const HINTS = { full: 'Free some space, and go on with --resume.' };

const cannotWrite = (path: string) => (cause: NodeJS.ErrnoException) => {
  throw writeError(path, cause, HINTS);
};

/** Whether the file exists. Refuses pipes, because opening one would wait for its other end. */
async function checkRegular(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.isFile()) return info !== undefined;
  const received = info.isDirectory() ? 'a directory' : 'something that is not a regular file';
  throw new FileAccessError({ name: path, expected: 'a file that can be written', received });
}

/** The beginning of every line. */
const BEGINNING = '{"image":"';
/** A line of this command is shorter than this, bytes: a thousand faces take two million. */
const TOO_LONG = 2 ** 26;

interface WholeLines {
  images: ReadonlySet<string>;
  length: number;
}

/**
 * Absolute paths of the images in the complete lines of a file, and the end of the last complete line. What follows the last line
 * break is incomplete and may be anything. In a file without a complete line it must begin like a line of this command.
 */
async function readLines(path: string): Promise<WholeLines> {
  const images = new Set<string>();
  let length = 0;
  let begun = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    let rest = Buffer.concat([begun, chunk]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      images.add(resolve(imageOf(path, rest.toString('utf8', 0, end))));
      length += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > TOO_LONG) refuse(path, rest);
    begun = rest;
  }
  const torn = begun.toString('utf8', 0, BEGINNING.length).replace(/\0+$/, '');
  if (images.size === 0 && !BEGINNING.startsWith(torn)) refuse(path, begun);
  return { images, length };
}

/** The image whose line this is. */
function imageOf(path: string, line: string): string {
  try {
    const value = JSON.parse(line);
    if (typeof value?.image === 'string') return value.image;
  } catch {
    // Said below.
  }
  return refuse(path, Buffer.from(line));
}

function refuse(path: string, line: Buffer): never {
  throw new InvalidOptionError({
    name: `--resume ${path}`,
    expected: 'a file that an earlier run of this command wrote',
    received: `the line ${JSON.stringify(line.toString('utf8', 0, 60))}`,
    hint: 'Choose another file.',
  });
}

const alreadyThere = (path: string) =>
  new InvalidOptionError({
    name: '--jsonl',
    expected: 'a file that is not there yet',
    received: path,
    hint: 'Continue it with --resume, remove it, or choose another one.',
  });
