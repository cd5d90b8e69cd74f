// The interface of the queue. The rest of the fleet depends only on this file.
import { type ChecksOf, fields, integerIn } from '../../check-options.js';
import { checkText } from '../../options.js';
import { checkRunName, MOST_SHARDS, SHARD_IMAGES } from '../run/run.js';

/** A job: some or all images of a shard. Holds only names and numbers, because a queue may be shared. */
export interface ShardJob {
  /** The place of the results, see `Place.address`. */
  out: string;
  run: string;
  /** Id of the recipe. A job of an older recipe is dropped. */
  recipe: string;
  /** Index of the shard in the run. */
  shard: number;
  /** The images `from` up to, not including, `to`. */
  from: number;
  to: number;
}

const checkIndex = integerIn(0, SHARD_IMAGES.most);

const checkJobFields = fields({
  out: checkText,
  run: checkRunName,
  recipe: checkText,
  shard: integerIn(0, MOST_SHARDS),
  from: checkIndex,
  to: checkIndex,
} satisfies ChecksOf<ShardJob>);

/** Refuses anything but a job. Jobs may come from untrusted sources. @throws InvalidOptionError */
export function checkJob(value: unknown): ShardJob {
  const { out, run, recipe, shard, from, to } = checkJobFields('the job', value);
  return { out, run, recipe, shard, from, to };
}

/** A job that a worker holds. */
export interface HeldJob {
  /** As received, unchecked. */
  data: unknown;
  /** How often a worker that held the job has vanished. */
  lost: number;
}

/**
 * The outcome of a held job: `done` removes it from the queue, `back` puts it back as the next one, `last` behind all others, so that
 * a job that cannot be done now or by this worker does not block the rest.
 */
export type JobOutcome = 'done' | 'back' | 'last';

export interface QueueCounts {
  waiting: number;
  active: number;
}

/** Takes jobs one by one until it is closed. */
export interface JobTaker {
  /** Takes no more jobs, and waits for the current one. */
  close(): Promise<void>;
}

export interface TakeOptions {
  /** Name of the worker, shown in the queue. */
  machine: string;
  /** Milliseconds without a sign of life after which a held job is given to another worker. */
  leaseMs: number;
  onError(error: Error): void;
}

/** A queue of jobs. It may lose them at any time: the manifest and the parts show which shards are unfinished. */
export interface ShardQueue {
  /**
   * Adds jobs. A job that is already waiting or held is not changed.
   * @throws QueueUnavailableError
   */
  add(jobs: readonly ShardJob[]): Promise<void>;
  /** @throws QueueUnavailableError */
  counts(): Promise<QueueCounts>;
  /** Removes the waiting jobs of a run. @returns the number of jobs. @throws QueueUnavailableError */
  drop(job: Pick<ShardJob, 'out' | 'run'>): Promise<number>;
  take(work: (job: HeldJob) => Promise<JobOutcome>, options: TakeOptions): JobTaker;
  close(): Promise<void>;
}
