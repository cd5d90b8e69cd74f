import type { ShardQueue } from './queue/shard-queue.js';
import type { RunFiles } from './run/run-files.js';

/**
 * Stops a run: its jobs are removed from the queue, and workers drop its shards. Finished results stay; `enqueueRun` continues the
 * run.
 * @returns the number of jobs that were removed
 * @throws InvalidOptionError where there is no such run, FileAccessError, StorageError, QueueUnavailableError
 */
export async function cancelRun(files: RunFiles, queue: ShardQueue): Promise<number> {
  await files.open();
  // Done first, so that the run is stopped even if the queue does not answer.
  await files.setCancelled(true);
  return queue.drop({ out: files.place.address, run: files.name });
}
