import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FacialLmkError, FileAccessError, InvalidOptionError } from '../errors.js';
import { FileLock } from '../node/files/file-lock.js';
import { makeFolder } from '../node/files/make-folder.js';
import { writeError } from '../node/files/write-error.js';

/**
 * A file of JSON lines that grows image by image. Every line is written at once and whole; what a killed process left of
 * its last one is cut off before the file is continued. No other run writes to it meanwhile.
 */
export class JsonlFile {
  readonly #path: string;
  readonly #lock: FileLock;
  readonly #isNew: boolean;
  /** Absolute paths of the images whose lines were there already. */
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
   * Looks at the file and keeps others away from it, but leaves it as it is until {@link begin}: a run that fails before its
   * first line leaves nothing that the next one would have to resume.
   * @param resume continue a file that is there, instead of refusing it
   * @throws InvalidOptionError for a file that is there without `resume`, or that holds something else
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

  /** Whether the line of an image was there already, by whatever way to it the image was named. */
  has(image: string): boolean {
    return this.#done.has(resolve(image));
  }

  /** Opens the file for writing, and cuts a torn line off. The first {@link append} does so by itself. */
  async begin(): Promise<void> {
    if (this.#file) return;
    // What takes no notice of the lock may have been faster: then `x` refuses the file.
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
        hint: 'Let one run alone write to a file, and go on with --resume.',
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

/** Whether the file is there. Opening a pipe would wait for its other end. */
async function checkRegular(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.isFile()) return info !== undefined;
  const received = info.isDirectory() ? 'a directory' : 'something that is not a regular file';
  throw new FileAccessError({ name: path, expected: 'a file that can be written', received });
}

/** What every line begins with. */
const BEGINNING = '{"image":"';
/** Bytes of a line that no run of this command writes: a thousand faces take two million. */
const TOO_LONG = 2 ** 26;

interface WholeLines {
  images: ReadonlySet<string>;
  length: number;
}

/**
 * Absolute paths of the images of the whole lines of a file, and where the last of them ends. What follows the last line break was torn, and may
 * be anything; but where no line tells that the file is ours, its beginning must.
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
    hint: 'Go on with it by --resume, remove it, or choose another one.',
  });
