import { createReadStream } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { reasonOf } from '../../as-error.js';
import { describe } from '../../describe.js';
import { FileAccessError, InvalidOptionError } from '../../errors.js';
import { EXTENSIONS, extensionOf } from '../../node/images/image-extensions.js';
import { isInside } from '../places/folder-place.js';
import { HTTP_ADDRESS, httpUrl } from '../places/http-source.js';
import type { Place } from '../places/place.js';
import { parseS3Address } from '../places/s3-place.js';

/** Images to work on: their source, and the key of each. */
export interface ImageKeys {
  /** See `Source.address`. */
  source: string;
  keys: AsyncIterable<string>;
}

/** The images of a folder or bucket, by the endings of their names. */
export function keysOf(place: Place): ImageKeys {
  async function* keys() {
    for await (const name of place.list('')) if (EXTENSIONS.includes(extensionOf(name))) yield name;
  }
  return { source: place.address, keys: keys() };
}

/** Paths as keys below their folder. */
export function keysOfPaths(folder: string, paths: readonly string[]): ImageKeys {
  const source = resolve(folder);
  async function* keys() {
    for (const path of paths) yield relative(source, resolve(path)).split(sep).join('/');
  }
  return { source, keys: keys() };
}

/** The name in a line of a list: a string, or the field `image` of an object. */
function nameIn(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'image' in value ? value.image : value;
  } catch {
    return undefined;
  }
}

/**
 * The images named in a list of JSON lines: each line a string, or an object with `image`. They must be all links, all objects of
 * one bucket (`s3://bucket/key`), or all paths, relative to the folder of the list and below it.
 * @throws FileAccessError, InvalidOptionError naming the line
 */
export async function keysOfList(path: string): Promise<ImageKeys> {
  const folder = dirname(resolve(path));
  async function* names(): AsyncGenerator<{ name: string; refuse: (expected: string) => never }> {
    let number = 0;
    const input = createReadStream(path);
    const failed = new Promise<never>((_, reject) => input.once('error', reject));
    failed.catch(() => undefined);
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === '') continue;
      const at = number;
      const name = nameIn(line);
      const refuse = (expected: string): never => {
        throw new InvalidOptionError({ name: `line ${at} of ${path}`, expected, received: describe(name ?? line) });
      };
      if (typeof name !== 'string' || name === '') refuse('a JSON string, or an object with "image"');
      yield { name: name as string, refuse };
    }
    if (input.errored) throw input.errored;
  }
  const source = await sourceOf(path, names(), folder);
  async function* keys(): AsyncGenerator<string> {
    for await (const { name, refuse } of names())
      yield keyIn(source, name, folder) ?? refuse(`an image of ${source}, as in the lines before`);
  }
  return { source, keys: keys() };
}

/** The source of all images, from the first line. */
async function sourceOf(path: string, names: AsyncGenerator<{ name: string }>, folder: string): Promise<string> {
  const first = await names.next().catch((cause) => {
    if (cause instanceof InvalidOptionError) throw cause;
    throw new FileAccessError({ name: path, expected: 'a list that can be read', received: reasonOf(cause), cause });
  });
  await names.return(undefined);
  const name = first.done ? '' : first.value.name;
  if (httpUrl(name)) return HTTP_ADDRESS;
  return name.startsWith('s3://') ? `s3://${parseS3Address(name).bucket}` : folder;
}

/** The key of an image in the source; undefined when it lies elsewhere. */
function keyIn(source: string, name: string, folder: string): string | undefined {
  if (source === HTTP_ADDRESS) return httpUrl(name) && name;
  if (source.startsWith('s3://')) return name.startsWith(`${source}/`) ? name.slice(source.length + 1) : undefined;
  if (httpUrl(name) || name.startsWith('s3://')) return undefined;
  const path = isAbsolute(name) ? name : resolve(folder, name);
  return isInside(folder, path) ? relative(folder, path).split(sep).join('/') : undefined;
}
