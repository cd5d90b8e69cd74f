import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * Extracts one member of a zip archive to a file of any name. The member's path is only compared, never used as a path.
 *
 * @throws {RangeError} when the archive has no such member of that size
 */
export async function extractZipMember(
  archive: string,
  member: string,
  target: string,
  { bytes, signal }: { bytes: number | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue;
      if (bytes !== undefined && entry.uncompressedSize !== bytes) break;
      // The reader fails as soon as a member inflates to another size than its header says.
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target), { signal });
      return;
    }
  } finally {
    zip.close();
  }
  throw new RangeError(`no member ${member}${bytes === undefined ? '' : ` of ${bytes} bytes`} in the archive`);
}
