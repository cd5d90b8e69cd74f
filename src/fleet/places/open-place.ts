import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { reasonOf } from '../../as-error.js';
import { FileAccessError, InvalidOptionError } from '../../errors.js';
import { FolderPlace, isInside } from './folder-place.js';
import { HTTP_ADDRESS, HttpSource, httpUrl } from './http-source.js';
import type { Place, Source } from './place.js';
import { parseS3Address, S3Place } from './s3-place.js';

const isS3 = (address: string) => address.startsWith('s3://');

/** A folder by its path, or a bucket as `s3://bucket/prefix`. @throws InvalidOptionError */
export async function openPlace(address: string): Promise<Place> {
  return isS3(address) ? S3Place.open(address) : new FolderPlace(address);
}

/** The places that a worker may read and write. They are restricted because the queue with the jobs may not be trusted. */
export class Roots {
  readonly #folders: string[] = [];
  readonly #buckets: string[] = [];
  readonly #links: URL[] = [];

  /**
   * @param roots folders, `s3://bucket/prefix` and `https://host/`
   * @throws InvalidOptionError, FileAccessError for a folder that is not there
   */
  static async open(roots: readonly string[]): Promise<Roots> {
    const opened = new Roots();
    for (const root of roots) {
      const link = httpUrl(root);
      if (link) opened.#links.push(link);
      else if (isS3(root)) opened.#buckets.push(withSlash(root));
      else opened.#folders.push(await realFolder(root));
    }
    return opened;
  }

  /** @throws InvalidOptionError for what lies elsewhere, FileAccessError */
  async place(address: string): Promise<Place> {
    if (isS3(address)) {
      if (this.#buckets.some((root) => withSlash(address).startsWith(root))) return S3Place.open(address);
    } else if (isAbsolute(address)) {
      const folder = await realFolder(address);
      if (this.#folders.some((root) => isInside(root, folder))) return new FolderPlace(folder, this.#folders);
    }
    throw new InvalidOptionError({
      name: 'the place of a job',
      expected: 'one below the roots of this worker',
      received: JSON.stringify(address.slice(0, 200)),
      hint: 'If the job is yours, name the folder or bucket with --root.',
    });
  }

  /** @throws InvalidOptionError, FileAccessError */
  async source(address: string): Promise<Source> {
    return address === HTTP_ADDRESS ? new HttpSource(this.#links) : this.place(address);
  }
}

/** With a slash at the end, so that s3://bucket-2 does not count as part of s3://bucket. */
function withSlash(address: string): string {
  const { bucket, prefix } = parseS3Address(address);
  return prefix === '' ? `s3://${bucket}/` : `s3://${bucket}/${prefix}/`;
}

async function realFolder(path: string): Promise<string> {
  return realpath(path).catch((cause) => {
    throw new FileAccessError({ name: path, expected: 'a folder', received: reasonOf(cause), cause });
  });
}
