import type { RunFiles } from './run/run-files.js';
import type { Failure } from './run/summary.js';
import { Summaries } from './summaries.js';

/** An image without a result, and its shard. */
export interface RunFailure extends Failure {
  shard: string;
}

/**
 * The images without a result in the finished shards, in the order of the manifest.
 * @throws InvalidOptionError where there is no such run, FileAccessError, StorageError
 */
export async function* runFailures(files: RunFiles): AsyncGenerator<RunFailure> {
  for await (const { shard, summary } of new Summaries(files).of(await files.open())) {
    for (const failure of summary.failures) yield { shard: shard.name, ...failure };
  }
}
