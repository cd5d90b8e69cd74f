import { InvalidOptionError } from '../../errors.js';
import type { FileLocation, PinnedFile } from './model-table.js';

/**
 * The folder on a server that is asked instead of the public locations.
 * @throws InvalidOptionError
 */
export function mirrorUrl(mirror = process.env.FACIAL_LMK_MIRROR): URL | undefined {
  if (mirror === undefined || mirror === '') return undefined;
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url;
  // The value stays out of the message: it may hold a password.
  throw new InvalidOptionError({
    name: 'mirror (or the environment variable FACIAL_LMK_MIRROR)',
    expected: 'an address such as https://files.example/networks, without a user name,',
    received: 'something else',
  });
}

/** Where to ask for a file: the mirror alone where one is named, for the public hosts may be out of bounds. */
export function locationsOf({ fileName, locations }: PinnedFile, mirror: URL | undefined): readonly FileLocation[] {
  if (!mirror) return locations;
  const url = new URL(mirror);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${fileName}`;
  return [{ url: url.href }, ...locations.filter((location) => 'archive' in location)];
}
