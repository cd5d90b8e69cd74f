import { FileAccessError } from '../../errors.js';
import type { ReadOptions } from '../../node/files/read-regular-file.js';
import { HttpClient } from './http-client.js';
import type { Source } from './place.js';

/** The address of the source for images that are named by their links. */
export const HTTP_ADDRESS = 'http:';

/** A link as a URL; undefined for any other text. */
export function httpUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Reads images by their links. */
export class HttpSource implements Source {
  readonly address = HTTP_ADDRESS;
  readonly #client: HttpClient;
  readonly #roots: readonly URL[] | undefined;

  /** @param roots allowed beginnings of links; undefined for no bounds */
  constructor(roots?: readonly URL[], client = new HttpClient()) {
    this.#roots = roots;
    this.#client = client;
  }

  async read(name: string, options: ReadOptions): Promise<Uint8Array | undefined> {
    const url = httpUrl(name);
    if (!url || (this.#roots && !this.#roots.some((root) => isBelow(root, url)))) {
      throw new FileAccessError({
        name: 'the image',
        expected: 'a link to a host that this worker may read from',
        received: url ? url.origin : 'no http: or https: link',
        hint: 'Name it with --root.',
      });
    }
    return this.#client.read(() => ({ method: 'GET', url: url.href }), options, 'the image');
  }
}

/** Whether a link leads to the same host, and below the same folder. */
export const isBelow = (root: URL, url: URL): boolean =>
  root.origin === url.origin &&
  url.pathname.startsWith(root.pathname.endsWith('/') ? root.pathname : `${root.pathname}/`);
