import type { ShardQueue } from './queue/shard-queue.js';
import type { RunFiles } from './run/run-files.js';

/**
 * Stops a run: workers drop its shards, and it leaves the queue. What is done stays, and `enqueueRun` goes on with it.
 * @returns how many jobs waited
 * @throws InvalidOptionError where there is no such run, FileAccessError, StorageError, QueueUnavailableError
 */
export async function cancelRun(files: RunFiles, queue: ShardQueue): Promise<number> {
  await files.open();
  // First, so that it is stopped also where the queue does not answer.
  await files.setCancelled(true);
  return queue.drop({ out: files.place.address, run: files.name });
}
