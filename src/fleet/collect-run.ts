import { InvalidOptionError } from '../errors.js';
import { redact } from './redact.js';
import { recipeId } from './run/recipe.js';
import { parseLine } from './run/result-line.js';
import type { RunFiles } from './run/run-files.js';

export interface CollectOptions {
  /** Leave out unfinished shards instead of failing. Default false. */
  partial?: boolean | undefined;
}

/** The results of one shard. */
export interface CollectedShard {
  /** A JSON line for each image, in the order of the manifest. */
  lines: string[];
  /** Number of images that are left out because the shard is not finished. */
  left: number;
}

/**
 * The results of a run, shard by shard in the order of its manifest: each image once.
 * @throws InvalidOptionError where shards are not done, FileAccessError, StorageError
 */
export async function* collectRun(
  files: RunFiles,
  { partial = false }: CollectOptions = {},
): AsyncGenerator<CollectedShard> {
  const run = await files.open();
  const recipe = recipeId(run.recipe);
  if (!partial) {
    const missing = await files.missing(run);
    if (missing.length > 0) throw unfinished(missing.length, run.shards.length);
  }
  let unsound = 0;
  for (const shard of run.shards) {
    const lines = await files.part(shard, recipe);
    const keys = lines && (await files.keys(shard));
    const isSound = lines && keys?.every((key, i) => parseLine(lines[i])?.image === redact(key));
    if (!isSound && (!partial || (await files.hasPart(shard, recipe)))) {
      // An incomplete part, or one for other images, is removed so that it is made again. The loop goes on, to find all of them.
      await files.removePart(shard, recipe);
      unsound++;
    }
    if (isSound && (partial || unsound === 0)) yield { lines, left: 0 };
    else if (partial) yield { lines: [], left: shard.images };
  }
  if (unsound > 0 && !partial) throw unfinished(unsound, run.shards.length);
}

const unfinished = (missing: number, all: number) =>
  new InvalidOptionError({
    name: 'the run',
    expected: 'results of all its shards',
    received: `${all - missing} of ${all}`,
    hint: 'Wait for the workers; `facial-lmk fleet enqueue` adds what the queue has lost; --partial leaves out what is missing.',
  });
