// The seam to the queue: everything else of the fleet knows this file alone.
import { type ChecksOf, fields, integerIn } from '../../check-options.js';
import { checkText } from '../../options.js';
import { checkRunName, MOST_SHARDS, SHARD_IMAGES } from '../run/run.js';

/** What is to be done: some images of a shard, or all of them. Nothing but names and numbers, for a queue may be shared. */
export interface ShardJob {
  /** The place of the results, see `Place.address`. */
  out: string;
  run: string;
  /** Identifies the recipe: a job of an older one is dropped. */
  recipe: string;
  /** The place of the shard in the run. */
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

/** Refuses what is no job; it may come from a stranger. @throws InvalidOptionError */
export function checkJob(value: unknown): ShardJob {
  const { out, run, recipe, shard, from, to } = checkJobFields('the job', value);
  return { out, run, recipe, shard, from, to };
}

/** A job that a worker holds. */
export interface HeldJob {
  /** As it came, unchecked. */
  data: unknown;
  /** How often whoever held it has vanished. */
  lost: number;
}

/**
 * What becomes of a held job: `done` takes it out of the queue, `back` puts it back as the next one, `last` behind all others:
 * what cannot be done now, or not here, keeps nobody from the rest.
 */
export type JobOutcome = 'done' | 'back' | 'last';

export interface QueueCounts {
  waiting: number;
  active: number;
}

/** Takes jobs one by one, as long as it is open. */
export interface JobTaker {
  /** Takes no more, and waits for the job at work, which the worker ends by itself. */
  close(): Promise<void>;
}

export interface TakeOptions {
  /** Who takes, for whoever looks into the queue. */
  machine: string;
  /** Milliseconds without a sign of life after which a held job is given to another. */
  leaseMs: number;
  onError(error: Error): void;
}

/** Jobs that wait for a worker. It may forget them at any time: manifest and parts say what is missing. */
export interface ShardQueue {
  /**
   * Adds jobs. One that waits or is held already stays as it is.
   * @throws QueueUnavailableError
   */
  add(jobs: readonly ShardJob[]): Promise<void>;
  /** @throws QueueUnavailableError */
  counts(): Promise<QueueCounts>;
  /** Takes out what waits of a run. @returns how many jobs. @throws QueueUnavailableError */
  drop(job: Pick<ShardJob, 'out' | 'run'>): Promise<number>;
  take(work: (job: HeldJob) => Promise<JobOutcome>, options: TakeOptions): JobTaker;
  close(): Promise<void>;
}
