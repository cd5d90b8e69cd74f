import { reasonOf } from '../../as-error.js';
import { mapInOrder } from '../../detector/map-in-order.js';
import { backoffPause, pause } from '../back-off.js';
import type { Log } from '../log.js';
import type { JobOutcome, ShardJob } from '../queue/shard-queue.js';
import type { Shard } from '../run/run.js';
import type { Lines, RunFiles } from '../run/run-files.js';
import { summarize } from '../run/summary.js';
import { type Done, failureLine, poison, TRIES } from './analyze-image.js';

/** Milliseconds before the second try to write to a place that refuses. */
const FIRST_PAUSE = 500;

export interface ShardContext {
  files: RunFiles;
  shard: Shard;
  recipe: string;
  machine: string;
  /** Number of images to work on at once. */
  concurrency: number;
  /** Interval at which finished lines are written, milliseconds. A crash loses no more work than that. */
  checkpointMs: number;
  /** Aborted when the worker stops: images in work are finished, the rest is handed back. */
  stop: AbortSignal;
  log: Log;
  analyze(key: string, index: number): Promise<Done | undefined>;
  /** Called for each finished image. */
  onDone(done: Done): void;
  add(jobs: readonly ShardJob[]): Promise<void>;
}

/**
 * Works on a job. Lines are kept in fragments until the shard is complete; then they become its part. The names of both are made
 * from their content, so that two workers that do the same job do not disturb each other.
 *
 * A job whose worker has vanished is cut in two, so that an image that kills its workers is found in few steps. An image that is
 * alone in its job is given up after {@link TRIES} tries.
 *
 * @param lost how often the job's worker has vanished
 * @throws errors that are not an image's fault; the job can be tried again
 */
export async function workOnShard(job: ShardJob, lost: number, context: ShardContext): Promise<JobOutcome> {
  const { files, shard, recipe, log, stop } = context;
  const start = performance.now();
  if (await files.isCancelled()) return 'done';
  if (await files.hasPart(shard, recipe)) return 'done';
  const keys = await files.keys(shard);
  const { lines, files: fragments } = await files.fragments(shard, recipe);
  const missing = keys.flatMap((_, index) => (index >= job.from && index < job.to && !lines.has(index) ? [index] : []));
  if (lost > 0 && missing.length > 1) {
    await context.add(halves(job, missing));
    log('warn', 'a worker has vanished: its job is cut in two', { from: job.from, to: job.to });
    return 'done';
  }
  if (lost >= TRIES && missing.length === 1) await giveUp(missing[0], keys[missing[0]], lines, context);
  else if ((await analyzeAll(missing, keys, lines, context)) === 'cancelled') return 'done';

  const isDone = missing.every((index) => lines.has(index));
  if (lines.size < keys.length && isDone) {
    // Other workers may have finished the rest meanwhile.
    const others = await files.fragments(shard, recipe);
    for (const [index, line] of others.lines) if (!lines.has(index)) lines.set(index, line);
    fragments.push(...others.files);
  }
  if (lines.size === keys.length) {
    const ordered = keys.map((_, index) => lines.get(index) as string);
    const seconds = (performance.now() - start) / 1000;
    const { machine } = context;
    const summary = { ...summarize(ordered), machine, finished: new Date().toISOString(), seconds };
    const isWritten = await persist('the part', () => files.writePart(shard, recipe, ordered, summary), context);
    if (!isWritten) return 'back';
    const left = await files.fragments(shard, recipe);
    await files.remove(left.files).catch((error) => log('warn', `fragments are left: ${reasonOf(error)}`));
    log('info', 'shard done', { images: keys.length, faces: summary.faces, failures: summary.failures.length });
  }
  return isDone || !stop.aborted ? 'done' : 'back';
}

/** The missing images as two jobs of about the same size. */
function halves(job: ShardJob, missing: readonly number[]): ShardJob[] {
  const middle = missing[missing.length >> 1];
  return [
    { ...job, from: missing[0], to: middle },
    { ...job, from: middle, to: missing[missing.length - 1] + 1 },
  ];
}

/** Writes an image to the dead letters and adds its line. */
async function giveUp(index: number, key: string, lines: Lines, context: ShardContext): Promise<void> {
  const { files, shard, recipe, machine } = context;
  const error = poison('the end of the process that worked on it');
  const done = { line: failureLine(key, error), faces: 0, error };
  await recordDead(index, done, context);
  lines.set(index, done.line);
  await files.writeFragment(shard, recipe, new Map([[index, done.line]]));
  context.onDone(done);
  context.log('error', 'an image is given up', { index, image: key, machine });
}

async function recordDead(index: number, { line }: Done, { files, shard, recipe, machine }: ShardContext) {
  const { image, error } = JSON.parse(line);
  const time = new Date().toISOString();
  await files.writeDead(shard, recipe, index, { image, index, tries: TRIES, machine, time, error });
}

/** Analyses the missing images and adds their lines. Stops early when the worker stops or the run is cancelled. */
async function analyzeAll(
  missing: readonly number[],
  keys: readonly string[],
  lines: Lines,
  context: ShardContext,
): Promise<'over' | 'cancelled'> {
  const { files, shard, recipe, stop, checkpointMs } = context;
  let fresh: Lines = new Map();
  let checked = performance.now();
  const checkpoint = async () => {
    const written = fresh;
    fresh = new Map();
    if (written.size === 0) return;
    await persist('a fragment', () => files.writeFragment(shard, recipe, written), context);
  };
  function* upToStop(): Generator<number> {
    for (const index of missing) {
      if (stop.aborted) return;
      yield index;
    }
  }
  const job = async (index: number) => ({ index, done: await context.analyze(keys[index], index) });
  try {
    for await (const { index, done } of mapInOrder(upToStop(), context.concurrency, job)) {
      if (!done) continue;
      if ((done.error as { code?: unknown } | undefined)?.code === 'ERR_POISON_IMAGE') {
        await persist('a dead letter', () => recordDead(index, done, context), context);
      }
      lines.set(index, done.line);
      fresh.set(index, done.line);
      context.onDone(done);
      if (performance.now() - checked < checkpointMs) continue;
      await checkpoint();
      checked = performance.now();
      if (await files.isCancelled()) return 'cancelled';
    }
  } catch (error) {
    await checkpoint();
    throw error;
  }
  // The lines of a complete shard are written as its part, without another fragment.
  if (lines.size < keys.length) await checkpoint();
  return 'over';
}

/**
 * Writes something, and tries again until it succeeds, e.g. until a full disk has room again.
 * @returns false when the worker was stopped meanwhile
 */
async function persist(what: string, job: () => Promise<unknown>, { stop, log }: ShardContext): Promise<boolean> {
  for (let failures = 1; ; failures++) {
    try {
      await job();
      return true;
    } catch (error) {
      log('error', `${what} could not be written: ${reasonOf(error)}`);
      await pause(backoffPause(failures, FIRST_PAUSE), stop);
      if (stop.aborted) return false;
    }
  }
}
