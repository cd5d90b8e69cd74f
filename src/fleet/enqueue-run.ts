import { type ChecksOf, checkOptions, fields, integerIn, optional, orElse } from '../check-options.js';
import { InvalidOptionError } from '../errors.js';
import { checkFunction, checkObject, checkText } from '../options.js';
import { checkIdentity, type NetworksIdentity } from '../runtime/receipt.js';
import { VERSION } from '../version.js';
import type { Place } from './places/place.js';
import type { ShardJob, ShardQueue } from './queue/shard-queue.js';
import type { ImageKeys } from './run/image-keys.js';
import { checkRunOptions, type Recipe, type RunOptions, recipeId } from './run/recipe.js';
import { checkRunName, MOST_SHARDS, type Run, SHARD_IMAGES, type Shard } from './run/run.js';
import { RunFiles } from './run/run-files.js';
import { shortDigest } from './short-digest.js';

export interface EnqueueOptions {
  /** The images, from `keysOf`, `keysOfPaths` or `keysOfList`. Not read when the run exists already. */
  images: ImageKeys;
  /** The place for the results. */
  out: Place;
  queue: ShardQueue;
  /** The name of the run. Default `default`. */
  run?: string | undefined;
  /** The identity of the networks, from `findModels`. */
  networks: NetworksIdentity;
  /** The options for every image. */
  options?: RunOptions | undefined;
  /** Images of a shard, 100 to 1000. Default 250. */
  shardImages?: number | undefined;
  /** An earlier run in the same place. Its results are reused for images with the same content and recipe. */
  reuse?: string | undefined;
  /** Called as the manifest grows. */
  onProgress?: ((images: number) => void) | undefined;
}

const ENQUEUE_OPTIONS = {
  images: fields({ source: checkText, keys: checkObject }) as (name: string, value: unknown) => ImageKeys,
  out: (name, value) => checkObject(name, value) as Place,
  queue: (name, value) => checkObject(name, value) as ShardQueue,
  run: orElse('default', checkRunName),
  networks: checkIdentity as (name: string, value: unknown) => NetworksIdentity,
  options: optional((_name, value) => checkRunOptions(value)),
  shardImages: orElse(SHARD_IMAGES.byDefault, integerIn(SHARD_IMAGES.least, SHARD_IMAGES.most)),
  reuse: optional(checkRunName),
  onProgress: optional(checkFunction<(images: number) => void>),
} satisfies ChecksOf<EnqueueOptions>;

export interface Enqueued {
  run: Run;
  /** Whether this call wrote the manifest. */
  isNew: boolean;
  /** Number of unfinished shards. They are in the queue now. */
  missing: number;
}

/**
 * Begins or continues a run: writes its manifest if there is none, and puts the unfinished shards into the queue. Also continues a
 * cancelled run. With another recipe the manifest is kept, and all results are made again.
 * @throws InvalidOptionError, FileAccessError, StorageError, QueueUnavailableError
 */
export async function enqueueRun(options: EnqueueOptions): Promise<Enqueued> {
  const checked = checkOptions('enqueueRun', options, ENQUEUE_OPTIONS);
  const { images, out, queue, run: name, networks, shardImages, reuse, onProgress } = checked;
  const files = new RunFiles(out, name);
  const { detector, landmarker } = networks.digests;
  const settings = checked.options ?? checkRunOptions({});
  const recipe: Recipe = { digests: { detector, landmarker }, options: settings, version: VERSION };
  const found = await files.read();
  let run: Run;
  if (found) {
    checkSame(found, images.source, name);
    run = { ...found, recipe, reuse: reuse ?? found.reuse };
  } else {
    const shards = await writeManifest(files, images.keys, shardImages, onProgress);
    run = { name, source: images.source, created: new Date().toISOString(), recipe, reuse, shards };
  }
  if (JSON.stringify(run) !== JSON.stringify(found)) await files.write(run);
  await files.setCancelled(false);
  const missing = await files.missing(run);
  await queue.add(missing.map((index) => jobOf(files, run, index)));
  return { run, isNew: !found, missing: missing.length };
}

/** The job that does a whole shard. */
export function jobOf({ place }: RunFiles, { name, recipe, shards }: Run, index: number): ShardJob {
  return { out: place.address, run: name, recipe: recipeId(recipe), shard: index, from: 0, to: shards[index].images };
}

function checkSame(run: Run, source: string, name: string): void {
  if (run.source === source) return;
  throw new InvalidOptionError({
    name: 'the images',
    expected: `${run.source}, with which the run ${JSON.stringify(name)} was begun`,
    received: source,
    hint: 'Choose another name with --run.',
  });
}

async function writeManifest(
  files: RunFiles,
  keys: AsyncIterable<string>,
  shardImages: number,
  onProgress?: (images: number) => void,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let total = 0;
  const write = async (shard: string[]) => {
    if (shards.length === MOST_SHARDS) {
      const expected = `at most ${MOST_SHARDS} shards`;
      throw new InvalidOptionError({ name: 'the images', expected, received: 'more', hint: 'Take larger shards.' });
    }
    // Named by a digest of its keys, so that two processes that begin the same run at once do not overwrite each other's shards.
    const digest = shortDigest(JSON.stringify(shard));
    const name = `${String(shards.length).padStart(6, '0')}-${digest}`;
    await files.writeKeys(name, shard);
    shards.push({ name, images: shard.length, first: shard[0] });
    total += shard.length;
    onProgress?.(total);
  };
  let shard: string[] = [];
  for await (const key of keys) {
    shard.push(key);
    if (shard.length < shardImages) continue;
    await write(shard);
    shard = [];
  }
  if (shard.length > 0) await write(shard);
  if (total > 0) return shards;
  throw new InvalidOptionError({ name: 'the images', expected: 'at least one', received: 'none' });
}
