import { reasonOf } from '../../as-error.js';
import { InvalidOptionError } from '../../errors.js';
import type { Place } from '../places/place.js';

/** Largest JSON file of a run, bytes: enough for a million shards, or the results of a thousand images with a thousand faces. */
const MOST_BYTES = 2 ** 31;

/** The text of a file; undefined when there is none. @throws FileAccessError, StorageError, InvalidOptionError */
export async function readText(place: Place, name: string): Promise<string | undefined> {
  const checkLength = (bytes: number) => {
    if (bytes <= MOST_BYTES) return;
    throw new InvalidOptionError({ name, expected: `at most ${MOST_BYTES} bytes`, received: `${bytes}` });
  };
  const bytes = await place.read(name, { checkLength });
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The value in a JSON file; undefined when there is none. @throws InvalidOptionError, FileAccessError, StorageError */
export async function readJson(place: Place, name: string): Promise<unknown> {
  const text = await readText(place, name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidOptionError({ name, expected: 'a file of JSON', received: reasonOf(cause), cause });
  }
}
