import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FacialLmkError, FileAccessError, InvalidOptionError } from '../errors.js';
import { makeFolder } from '../node/files/make-folder.js';

/**
 * A file of JSON lines that grows image by image. Every line is written at once and whole; what a killed process left of
 * its last one is cut off before the file is continued.
 */
export class JsonlFile {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Images whose lines were there already. */
  readonly images: ReadonlySet<string>;

  private constructor(path: string, file: FileHandle, images: ReadonlySet<string>) {
    this.#path = path;
    this.#file = file;
    this.images = images;
  }

  /**
   * @param resume continue a file that is there, instead of refusing it
   * @throws InvalidOptionError for a file that is there without `resume`, or that holds something else
   * @throws FileAccessError
   */
  static async open(path: string, resume: boolean): Promise<JsonlFile> {
    try {
      await makeFolder(dirname(path));
      await checkRegular(path);
      // `a+` creates it where it is missing, `ax` refuses one that is there.
      const file = await open(path, resume ? 'a+' : 'ax');
      try {
        const { images, length } = resume ? await readLines(path) : { images: new Set<string>(), length: 0 };
        await file.truncate(length);
        return new JsonlFile(path, file, images);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw asTyped(path, error);
    }
  }

  async append(line: string): Promise<void> {
    try {
      await this.#file.appendFile(line);
    } catch (error) {
      throw asTyped(this.#path, error);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Opening a pipe would wait for its other end. */
async function checkRegular(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.isFile()) return;
  const received = info.isDirectory() ? 'a directory' : 'something that is not a regular file';
  throw new FileAccessError({ name: path, expected: 'a file that can be written', received });
}

/** What every line begins with. */
const BEGINNING = '{"image":"';
/** Bytes of a line that no run of this command writes: a thousand faces take two million. */
const TOO_LONG = 2 ** 26;

/**
 * Images of the whole lines of a file, and where the last of them ends. What follows the last line break was torn, and may
 * be anything; but where no line tells that the file is ours, its beginning must.
 */
async function readLines(path: string): Promise<{ images: Set<string>; length: number }> {
  const images = new Set<string>();
  let length = 0;
  let begun = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    let rest = Buffer.concat([begun, chunk]);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      images.add(imageOf(path, rest.toString('utf8', 0, end)));
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

function asTyped(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') {
    return new InvalidOptionError({
      name: '--jsonl',
      expected: 'a file that is not there yet',
      received: path,
      hint: 'Go on with it by --resume, remove it, or choose another one.',
    });
  }
  if (error instanceof FacialLmkError) return error;
  return new FileAccessError({
    name: path,
    expected: 'a file that can be written',
    received: code ?? message,
    cause: error,
  });
}
