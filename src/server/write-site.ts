import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileAccessError } from '../errors.js';
import { writeFileAtomic } from '../node/files/write-file.js';
import { VERSION } from '../version.js';
import { type PageNetworks, pageFiles, readServiceWorker } from './page-files.js';

/** Lists what this library wrote in a folder, so that the next time it knows its own files. */
const LIST = 'site-files.json';
const SERVICE_WORKER = 'service-worker.js';

const encode = (text: string) => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

const WRITER = 'onnx-facial-lmk-detector';

/** A path inside the folder: a list that somebody else made must not lead out of it. */
const isInside = (path: string) => path.split('/').every((part) => /^\w[\w.-]*$/.test(part));

/** Files of an earlier site in the folder; undefined when there is none, or the folder is somebody else's. */
async function earlierFiles(folder: string): Promise<string[] | undefined> {
  try {
    const { writtenBy, files } = JSON.parse(await readFile(join(folder, LIST), 'utf8'));
    return String(writtenBy).startsWith(WRITER) ? files.filter(isInside) : undefined;
  } catch {
    return undefined;
  }
}

async function checkFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new FileAccessError({
      name: folder,
      expected: 'a folder, or a path where none is yet',
      received: error.code ?? error.message,
      cause: error,
    });
  });
  if (entries.length === 0) return;
  throw new FileAccessError({
    name: folder,
    expected: 'an empty folder, or one that an earlier run wrote',
    received: `a folder with ${entries.slice(0, 3).join(', ')}${entries.length > 3 ? ' and more' : ''}`,
    hint: 'Choose another folder, or pass --force (`overwrite: true`) to have the site written between its files.',
  });
}

/** What {@link writeSite} wrote. */
export interface WrittenSite {
  files: number;
  bytes: number;
}

/**
 * Writes the page as a static site. A folder that an earlier call wrote is brought up to date: files that are no longer part
 * of it go, those that others put there stay. The service worker comes last, so that visitors get all of a version or none.
 *
 * @param options.overwrite write also into a folder that holds other files
 * @throws FileAccessError
 */
export async function writeSite(
  folder: string,
  { networks, overwrite = false }: { networks?: PageNetworks | undefined; overwrite?: boolean | undefined } = {},
): Promise<WrittenSite> {
  const earlier = await earlierFiles(folder);
  if (!earlier && !overwrite) await checkFolder(folder);
  const files = new Map<string, Uint8Array>();
  for (const { path, read } of pageFiles({ service: false, networks })) files.set(path, await read());
  const digests = Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)]));
  const script = new TextDecoder().decode(await readServiceWorker());
  const version = `${VERSION} ${sha256(`${script}${JSON.stringify(digests)}`).slice(0, 16)}`;
  files.set(SERVICE_WORKER, encode(`const SITE = ${JSON.stringify({ version, files: digests })};\n${script}`));
  // First of all: a run that is killed leaves a folder that the next one knows.
  const list = { writtenBy: `${WRITER} ${VERSION}`, files: [...files.keys()] };
  await writeFileAtomic(join(folder, LIST), `${JSON.stringify(list, null, 2)}\n`);
  for (const [path, bytes] of files) await writeFileAtomic(join(folder, path), bytes);
  for (const path of earlier ?? []) if (!files.has(path)) await rm(join(folder, path), { force: true });
  return { files: files.size, bytes: [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0) };
}
