import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileAccessError } from '../errors.js';
import { writeFileAtomic } from '../node/files/write-file.js';
import { VERSION } from '../version.js';
import { type PageContents, pageFiles, readServiceWorker } from './page-files.js';

/** Lists the files that this library wrote into a folder, so that the next run knows them. */
const LIST = 'site-files.json';
const SERVICE_WORKER = 'service-worker.js';

const encode = (text: string) => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

const WRITER = 'onnx-facial-lmk-detector';

/** Whether a path stays inside the folder. A foreign list must not lead out of it. */
const isInside = (path: string) => path.split('/').every((part) => /^\w[\w.-]*$/.test(part));

/** Files of an earlier site in the folder; undefined when the folder holds no site of this library. */
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

/** The result of {@link writeSite}. */
export interface WrittenSite {
  files: number;
  bytes: number;
}

/**
 * Writes the page as a static site. A folder from an earlier call is updated: files that are no longer part of the site are
 * removed, files of others stay. The service worker is written last, so that visitors never get a mixture of two versions.
 *
 * @param options.overwrite write also into a folder that holds other files
 * @throws FileAccessError, InvalidOptionError
 */
export async function writeSite(
  folder: string,
  { overwrite = false, ...contents }: PageContents & { overwrite?: boolean | undefined } = {},
): Promise<WrittenSite> {
  const earlier = await earlierFiles(folder);
  if (!earlier && !overwrite) await checkFolder(folder);
  const files = new Map<string, Uint8Array>();
  for (const { path, read } of pageFiles({ ...contents, service: false })) files.set(path, await read());
  const digests = Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)]));
  const script = new TextDecoder().decode(await readServiceWorker());
  const version = `${VERSION} ${sha256(`${script}${JSON.stringify(digests)}`).slice(0, 16)}`;
  files.set(SERVICE_WORKER, encode(`const SITE = ${JSON.stringify({ version, files: digests })};\n${script}`));
  // Written first, so that the next run knows the folder of a run that was killed.
  const list = { writtenBy: `${WRITER} ${VERSION}`, files: [...files.keys()] };
  await writeFileAtomic(join(folder, LIST), `${JSON.stringify(list, null, 2)}\n`);
  for (const [path, bytes] of files) await writeFileAtomic(join(folder, path), bytes);
  for (const path of earlier ?? []) if (!files.has(path)) await rm(join(folder, path), { force: true });
  return { files: files.size, bytes: [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0) };
}
