// A small archive, a run over it, and workers with a stand-in for the pool, so that a test counts what was worked on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { collectRun } from '../../src/fleet/collect-run.js';
import { type EnqueueOptions, enqueueRun } from '../../src/fleet/enqueue-run.js';
import type { Log } from '../../src/fleet/log.js';
import { FolderPlace } from '../../src/fleet/places/folder-place.js';
import type { ShardQueue } from '../../src/fleet/queue/shard-queue.js';
import { keysOf } from '../../src/fleet/run/image-keys.js';
import { parseLine } from '../../src/fleet/run/result-line.js';
import { RunFiles } from '../../src/fleet/run/run-files.js';
import { FleetWorker, type WorkOptions } from '../../src/fleet/work/fleet-worker.js';
import type { Pool } from '../../src/node/pool/create-pool.js';
import { RECEIPT } from './receipt.js';

export const { set, licence, digests } = RECEIPT;
export const NETWORKS = { set, licence, digests };

/** Bytes that pass for a JPEG until they are decoded, which the stand-in does not. */
export function fakeImage(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(Math.max(300, 20 + encoded.length));
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  bytes.set(encoded, 20);
  return bytes;
}

/** The text of such bytes. */
export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(20)).replace(/\0+$/, '');

/** The names of the images of an archive, in the order of a manifest. */
export const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i % 3 === 0 ? 'deep/' : ''}${String(i).padStart(4, '0')}.jpg`).sort();

/** Images that are as many bytes as their names. */
export function makeArchive(folder: string, images: readonly string[]): void {
  for (const name of images) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), fakeImage(name));
  }
}

/** Stands in for a pool: one face for each image, and a note of what was asked for. */
export class FakePool {
  readonly worked: string[] = [];
  workers = 2;
  readonly #milliseconds: number;
  readonly #before: (text: string) => void;

  /** @param before called with the text of each image; may throw */
  constructor({ milliseconds = 0, before = (_: string) => {} } = {}) {
    this.#milliseconds = milliseconds;
    this.#before = before;
  }

  async detectJson(bytes: Uint8Array, { name }: { name: string }): Promise<{ bytes: Uint8Array; faces: number }> {
    const text = textOf(bytes);
    this.worked.push(text);
    this.#before(text);
    if (this.#milliseconds > 0) await wait(this.#milliseconds);
    return { bytes: new TextEncoder().encode(JSON.stringify({ image: name, faces: [{ text }] })), faces: 1 };
  }
}

export interface Archive {
  root: string;
  photos: string;
  out: string;
  images: string[];
  files: RunFiles;
}

/** An archive below a folder. */
export function archive(root: string, count: number): Archive {
  const [photos, out] = [join(root, 'photos'), join(root, 'out')];
  const images = names(count);
  makeArchive(photos, images);
  mkdirSync(out, { recursive: true });
  return { root, photos, out, images, files: new RunFiles(new FolderPlace(out), 'default') };
}

export const enqueue = ({ photos, out }: Archive, queue: ShardQueue, more: Partial<EnqueueOptions> = {}) =>
  enqueueRun({
    ...{ images: keysOf(new FolderPlace(photos)), out: new FolderPlace(out), queue },
    ...{ networks: NETWORKS, shardImages: 100, ...more },
  });

export const startWorker = (
  { root }: Archive,
  queue: ShardQueue,
  pool: FakePool = new FakePool(),
  more: Partial<WorkOptions> = {},
) =>
  FleetWorker.start({
    ...{ queue, pool: pool as unknown as Pool, networks: NETWORKS, roots: [root], leaseMs: 1000, checkpointMs: 100 },
    ...more,
  });

/** Waits until a run is done. */
export async function untilDone(files: RunFiles, seconds = 60): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while ((await files.missing(await files.open())).length > 0) {
    if (performance.now() > end) throw new Error('the run is not done in time');
    await wait(50);
  }
}

/** The images of all lines that `collect` gives. */
export async function collected(files: RunFiles): Promise<{ image: string; code: string | undefined }[]> {
  const lines: { image: string; code: string | undefined }[] = [];
  for await (const shard of collectRun(files)) {
    for (const line of shard.lines) {
      const { image = '', error } = parseLine(line) ?? {};
      lines.push({ image, code: error?.code });
    }
  }
  return lines;
}

export const done = (images: readonly string[]) => images.map((image) => ({ image, code: undefined }));

/** A log that a test looks at. */
export function recordLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })) };
}
