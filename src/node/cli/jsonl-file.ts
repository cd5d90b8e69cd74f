import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileAccessError, InvalidOptionError } from '../../errors.js';
import { makeFolder } from '../make-folder.js';

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

/** Images of the whole lines of a file, and where the last of them ends. What follows the last line break was torn. */
async function readLines(path: string): Promise<{ images: Set<string>; length: number }> {
  const images = new Set<string>();
  let length = 0;
  let begun: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      const line = Buffer.concat([...begun, chunk.subarray(start, end)]);
      images.add(parse(path, line.toString()).image);
      length += line.length + 1;
      begun = [];
      start = end + 1;
    }
    begun.push(chunk.subarray(start));
  }
  return { images, length };
}

function parse(path: string, line: string): { image: string } {
  try {
    const value = JSON.parse(line);
    if (typeof value?.image === 'string') return value;
  } catch {
    // Said below.
  }
  throw new InvalidOptionError({
    name: `--resume ${path}`,
    expected: 'a file that an earlier run of this command wrote',
    received: `the line ${JSON.stringify(line.slice(0, 60))}`,
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
  if (error instanceof InvalidOptionError) return error;
  return new FileAccessError({
    name: path,
    expected: 'a file that can be written',
    received: code ?? message,
    cause: error,
  });
}
