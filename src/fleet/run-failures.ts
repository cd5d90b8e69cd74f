import type { RunFiles } from './run/run-files.js';
import type { Failure } from './run/summary.js';
import { Summaries } from './summaries.js';

/** An image without a result, and the shard that it is in. */
export interface RunFailure extends Failure {
  shard: string;
}

/**
 * The images of the shards that are done which have no result, in the order of the manifest.
 * @throws InvalidOptionError where there is no such run, FileAccessError, StorageError
 */
export async function* runFailures(files: RunFiles): AsyncGenerator<RunFailure> {
  for await (const { shard, summary } of new Summaries(files).of(await files.open())) {
    for (const failure of summary.failures) yield { shard: shard.name, ...failure };
  }
}
