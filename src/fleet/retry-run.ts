import { jobOf } from './enqueue-run.js';
import type { ShardQueue } from './queue/shard-queue.js';
import { recipeId } from './run/recipe.js';
import type { Lines, RunFiles } from './run/run-files.js';
import { Summaries } from './summaries.js';

export interface RetryOptions {
  /** Retry all images without a result, not only dead letters and retryable errors. Default false. */
  all?: boolean | undefined;
}

const DEAD = 'ERR_POISON_IMAGE';

/**
 * Retries images without a result: their lines are removed, and their shards go back into the queue. The other lines stay.
 * @returns the number of images
 * @throws InvalidOptionError where there is no such run, FileAccessError, StorageError, QueueUnavailableError
 */
export async function retryRun(
  files: RunFiles,
  queue: ShardQueue,
  { all = false }: RetryOptions = {},
): Promise<number> {
  const run = await files.open();
  const recipe = recipeId(run.recipe);
  let images = 0;
  for await (const { index, shard, summary } of new Summaries(files).of(run)) {
    const failed = summary.failures.filter(({ code, retryable }) => all || retryable || code === DEAD);
    const lines = failed.length > 0 ? await files.part(shard, recipe) : undefined;
    if (!lines) continue;
    const again = new Set(failed.map((failure) => failure.index));
    const kept: Lines = new Map([...lines.entries()].filter(([i]) => !again.has(i)));
    // Written before the part is removed, so that no result can be lost.
    if (kept.size > 0) await files.writeFragment(shard, recipe, kept);
    for (const i of again) await files.removeDead(shard, recipe, i);
    await files.removePart(shard, recipe);
    await queue.add([jobOf(files, run, index)]);
    images += again.size;
  }
  return images;
}
