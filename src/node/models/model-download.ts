import { open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Dispatcher } from 'undici';
import { type Check, type ChecksOf, checkOptions, fields, numberIn, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import { DownloadError, InvalidOptionError } from '../../errors.js';
import { checkBoolean, checkFunction, checkList, checkObject, checkText } from '../../options.js';
import { makeFolder } from '../files/make-folder.js';
import { claimPart, parkPart, sizeOf } from '../files/part-file.js';
import { downloadFile, LocationError } from './download-file.js';
import { locationsOf, mirrorUrl } from './download-mirror.js';
import { downloadWriteError } from './download-write-error.js';
import { licenceNotice } from './licences.js';
import { modelCacheFolder } from './model-folders.js';
import { DETECTOR, type KnownModel, LANDMARKER, type PinnedFile } from './model-table.js';
import { verifyFile } from './verify-file.js';
import { extractZipMember } from './zip-member.js';

export interface DownloadProgress {
  fileName: string;
  location: string;
  /** Bytes on disk, with those of an earlier, broken download. */
  received: number;
  /** Undefined where neither the table nor the server says. */
  total: number | undefined;
}

export interface DownloadOptions {
  /** Must be true for networks that products may not contain: whoever calls has read their licence and agrees. */
  acceptLicence?: boolean | undefined;
  /** Which networks. Default: the two of the set `insightface`. */
  models?: readonly KnownModel[] | undefined;
  /** Where to put them. Default: the per-user cache folder, where sets are looked for that are named. */
  directory?: string | undefined;
  /**
   * Address of a folder that holds the files under their own names; it is asked instead of the public locations. Default:
   * `FACIAL_LMK_MIRROR`.
   */
  mirror?: string | undefined;
  /** Use no network: only what already lies in the folder, also as an archive. Default: false. */
  offline?: boolean | undefined;
  /** Milliseconds without a single byte after which the next location is tried. Default: 30000. */
  stallTimeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** A location did not deliver; the next one is tried. */
  onLocationFailed?: ((failure: { fileName: string; location: string; reason: string }) => void) | undefined;
}

const DEFAULT_MODELS: readonly KnownModel[] = [DETECTOR, LANDMARKER];
const DEFAULT_STALL_TIMEOUT_MS = 30_000;

/** How often one location may break off before the next is tried. Each time it must have sent something. */
const MAX_BREAKS = 5;

/**
 * Downloads the networks that are not in the folder yet and returns the paths of all. Locations are tried in the
 * table's order; bytes are checked on disk against the pinned digest before a file gets its name, so under its name a
 * file is always whole. A broken download goes on where it stopped, in this call or a later one. Proxies are taken from
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
 *
 * @throws {DownloadError} naming each location with its reason, when none delivers
 * @throws {FileAccessError} when the folder or disk does not take the file
 */
export async function downloadModels(options: DownloadOptions): Promise<string[]> {
  const { acceptLicence, models, mirror: ownMirror } = checkOptions('downloadModels', options, DOWNLOAD_OPTIONS);
  checkAgreement(models, acceptLicence);
  const mirror = mirrorUrl(ownMirror);
  const directory = resolve(options.directory ?? modelCacheFolder());
  await makeFolder(directory).catch((cause) => {
    throw downloadWriteError(directory, cause);
  });
  const dispatcher = await proxyAgent();
  const archives = new Set<string>();
  try {
    const job: Job = { ...options, mirror, directory, dispatcher, archives };
    const paths: string[] = [];
    for (const model of models) paths.push((await obtain(model, job)).path);
    for (const path of archives) await rm(path, { force: true });
    return paths;
  } finally {
    await dispatcher.destroy();
  }
}

interface Job extends Omit<DownloadOptions, 'mirror'> {
  mirror: URL | undefined;
  directory: string;
  dispatcher: Dispatcher;
  /** Archives downloaded on the way; they have served when every network is there. */
  archives: Set<string>;
}

async function obtain(file: PinnedFile, job: Job): Promise<{ path: string; downloaded: boolean }> {
  const path = join(job.directory, file.fileName);
  const present = await verifyFile(path, file);
  if (present.status === 'ok') return { path, downloaded: false };
  // Found out now rather than when the last byte has come: nothing can be renamed over a folder.
  if (present.status === 'unreadable') throw downloadWriteError(path, new Error(present.detail));

  const part = await claimPart(path).catch((cause) => {
    throw downloadWriteError(job.directory, cause);
  });
  try {
    await fill(part, file, job);
    await publish(part, path);
  } catch (error) {
    // The first error says more than a second one from tidying up.
    await parkPart(part, path).catch(() => undefined);
    throw error;
  }
  return { path, downloaded: true };
}

/** Brings the pinned bytes into the part file, from the first location that has them. */
async function fill(part: string, file: PinnedFile, job: Job): Promise<void> {
  // They may be there already: of a process that was killed just before it renamed them.
  if ((await verifyFile(part, file)).status === 'ok') return;

  const failures: { location: string; reason: string }[] = [];
  for (const location of locationsOf(file, job.mirror)) {
    job.signal?.throwIfAborted();
    try {
      if ('url' in location) await fillFromUrl(location.url, part, file, job);
      else await fillFromArchive(location.archive, location.member, part, file, job);
      return;
    } catch (error) {
      if (error instanceof DownloadError) {
        failures.push(...error.failures);
      } else if (error instanceof LocationError) {
        const failure = {
          location: 'url' in location ? location.url : location.archive.fileName,
          reason: error.message,
        };
        failures.push(failure);
        job.onLocationFailed?.({ fileName: file.fileName, ...failure });
      } else {
        throw error;
      }
    }
  }
  throw new DownloadError({
    name: file.fileName,
    expected: 'one location to deliver the pinned bytes',
    failures,
    hint: `${job.offline ? 'Allow the network' : 'Try again later'}, or put the file into ${job.directory} by hand.`,
  });
}

async function fillFromUrl(url: string, part: string, file: PinnedFile, job: Job): Promise<void> {
  if (job.offline) throw new LocationError('not tried, offline');
  for (let breaks = 0; ; ) {
    const kept = await sizeOf(part);
    try {
      await downloadFile(url, part, {
        dispatcher: job.dispatcher,
        bytes: file.bytes,
        stallTimeoutMs: job.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT_MS,
        signal: job.signal,
        onProgress: (received, total) => job.onProgress?.({ fileName: file.fileName, location: url, received, total }),
      });
    } catch (error) {
      const brokeOff = error instanceof LocationError && error.brokeOff && (await sizeOf(part)) > kept;
      if (!brokeOff || ++breaks > MAX_BREAKS) throw error;
      continue;
    }
    const { status, detail } = await verifyFile(part, file);
    if (status === 'ok') return;
    await rm(part, { force: true });
    // What was kept from before may be at fault: then once more from the first byte.
    if (kept === 0) throw new LocationError(`sent the wrong bytes: ${status} ${detail}`);
  }
}

async function fillFromArchive(
  archive: PinnedFile,
  member: string,
  part: string,
  file: PinnedFile,
  job: Job,
): Promise<void> {
  const { path, downloaded } = await obtain(archive, job);
  if (downloaded) job.archives.add(path);
  try {
    await extractZipMember(path, member, part, { bytes: file.bytes, signal: job.signal });
  } catch (error) {
    job.signal?.throwIfAborted();
    const cause = error as NodeJS.ErrnoException;
    // Only the file system names a system call; anything else is the archive's fault.
    throw cause.syscall ? downloadWriteError(part, cause) : new LocationError(cause.message, { cause });
  }
  const { status, detail } = await verifyFile(part, file);
  if (status === 'ok') return;
  await rm(part, { force: true });
  throw new LocationError(`${member} in the archive has the wrong bytes: ${status} ${detail}`);
}

/** Gives a part its final name. Flushed first, so that a power cut cannot leave a short file under that name. */
async function publish(part: string, path: string): Promise<void> {
  try {
    const file = await open(part, 'r+');
    await file.sync().finally(() => file.close());
    await rename(part, path);
  } catch (cause) {
    throw downloadWriteError(path, cause as NodeJS.ErrnoException);
  }
}

async function proxyAgent(): Promise<Dispatcher> {
  // Loaded here alone: it takes longer than all that most programs need, which download nothing.
  const { EnvHttpProxyAgent } = await import('undici');
  try {
    // Stalls are watched over by downloadFile, from the first packet to the last, with one limit.
    return new EnvHttpProxyAgent({ headersTimeout: 0, bodyTimeout: 0 });
  } catch (cause) {
    // The value stays out of the message: it may hold a password.
    throw new InvalidOptionError({
      name: 'the environment variables HTTPS_PROXY and HTTP_PROXY',
      expected: 'addresses such as http://proxy.example:3128',
      received: 'something else',
      cause,
    });
  }
}

/** Whoever fetches networks that products may not contain has to say that he knows. */
function checkAgreement(models: readonly KnownModel[], acceptLicence: boolean): void {
  const restricted = models.find(({ licence }) => !licence.commercialUse);
  if (restricted === undefined || acceptLicence) return;
  throw new InvalidOptionError({
    name: 'acceptLicence',
    expected: 'true',
    received: describe(acceptLicence),
    hint: `The licence of ${restricted.fileName}: ${licenceNotice(restricted.licence)}`,
  });
}

const DOWNLOAD_OPTIONS = {
  acceptLicence: orElse(false, checkBoolean),
  models: orElse(DEFAULT_MODELS, (name, value) => checkList(name, value, checkModel)),
  directory: optional(checkText),
  mirror: optional(checkText),
  offline: orElse(false, checkBoolean),
  stallTimeoutMs: orElse(DEFAULT_STALL_TIMEOUT_MS, numberIn(1, 2 ** 31 - 1)),
  signal: optional(checkAbortSignal),
  onProgress: optional(checkFunction<NonNullable<DownloadOptions['onProgress']>>),
  onLocationFailed: optional(checkFunction<NonNullable<DownloadOptions['onLocationFailed']>>),
} satisfies ChecksOf<DownloadOptions>;

/** A network of the table, or of one like it. */
const checkModel = fields({
  fileName: checkText,
  digest: checkObject,
  locations: (name: string, value: unknown) => checkList(name, value, checkObject),
}) as Check<object> as Check<KnownModel>;
