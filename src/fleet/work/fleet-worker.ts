import { hostname } from 'node:os';
import { asError, reasonOf } from '../../as-error.js';
import { type Checked, type ChecksOf, checkOptions, fields, integerIn, optional, orElse } from '../../check-options.js';
import type { Pool } from '../../node/pool/create-pool.js';
import { checkFunction, checkList, checkObject, checkText } from '../../options.js';
import { checkIdentity, type NetworksIdentity } from '../../runtime/receipt.js';
import { VERSION } from '../../version.js';
import { backoffPause, pause } from '../back-off.js';
import { type Log, noLog } from '../log.js';
import { Roots } from '../places/open-place.js';
import type { Source } from '../places/place.js';
import {
  checkJob,
  type HeldJob,
  type JobOutcome,
  type JobTaker,
  type ShardJob,
  type ShardQueue,
} from '../queue/shard-queue.js';
import { recipeId } from '../run/recipe.js';
import type { Run } from '../run/run.js';
import { RunFiles } from '../run/run-files.js';
import { analyzeImage, type Done } from './analyze-image.js';
import { earlierLines } from './earlier-lines.js';
import { workOnShard } from './work-on-shard.js';

/** Receives events of a worker's work. */
export interface WorkObserver {
  image(done: Done): void;
  /** Called when a job has ended. */
  shard(outcome: JobOutcome | 'failed', seconds: number): void;
}

export interface WorkOptions {
  queue: ShardQueue;
  /** The pool of threads that finds the faces. */
  pool: Pool;
  /** The identity of the pool's networks. */
  networks: NetworksIdentity;
  /** The folders, `s3://bucket/prefix` and `https://host/` that jobs may read and write. Default: the working folder. */
  roots?: readonly string[] | undefined;
  /** Name of this worker. Default: host and process id. */
  machine?: string | undefined;
  /** Milliseconds without a sign of life after which its job is given to another worker. Default 30 000. */
  leaseMs?: number | undefined;
  /** Interval at which finished lines of a shard are written, milliseconds. Default 5000. */
  checkpointMs?: number | undefined;
  /** Time limit of one image, milliseconds; exceeding it counts as a failed try. Default 300 000. */
  imageTimeoutMs?: number | undefined;
  log?: Log | undefined;
  observer?: WorkObserver | undefined;
}

const MOST_MS = 2 ** 31 - 1;

const WORK_OPTIONS = {
  queue: (name, value) => checkObject(name, value) as ShardQueue,
  pool: (name, value) => checkObject(name, value) as Pool,
  networks: checkIdentity as (name: string, value: unknown) => NetworksIdentity,
  roots: orElse(['.'], (name, value) => checkList(name, value, checkText)),
  machine: orElse(`${hostname()}-${process.pid}`, checkText),
  leaseMs: orElse(30_000, integerIn(100, MOST_MS)),
  checkpointMs: orElse(5000, integerIn(1, MOST_MS)),
  imageTimeoutMs: orElse(300_000, integerIn(1, MOST_MS)),
  log: orElse(noLog, checkFunction<Log>),
  observer: optional(
    fields({ image: checkFunction, shard: checkFunction }) as (name: string, value: unknown) => WorkObserver,
  ),
} satisfies ChecksOf<WorkOptions>;

/** Milliseconds before a job that failed here is handed back to the queue, so that another worker can try it. */
const FIRST_PAUSE = 1000;

/** An opened run to which jobs belong. */
interface OpenRun {
  files: RunFiles;
  run: Run;
  recipe: string;
  source: Source;
}

/**
 * Takes shards from a queue, one at a time, and works on them with a pool until it is stopped. The main thread stays free to send
 * signs of life, so that no shard is taken away from a running worker, however long a network runs.
 */
export class FleetWorker {
  readonly #options: Checked<typeof WORK_OPTIONS>;
  readonly #roots: Roots;
  readonly #stop = new AbortController();
  readonly #taker: JobTaker;
  #open: OpenRun | undefined;
  /** Jobs in a row that failed. */
  #failures = 0;

  private constructor(options: Checked<typeof WORK_OPTIONS>, roots: Roots) {
    this.#options = options;
    this.#roots = roots;
    const { machine, leaseMs, log } = options;
    const onError = (error: Error) => log('warn', `the queue: ${error.message}`);
    this.#taker = options.queue.take((job) => this.#work(job), { machine, leaseMs, onError });
  }

  /**
   * Begins to take shards.
   * @throws InvalidOptionError, FileAccessError for a root that is not there
   */
  static async start(options: WorkOptions): Promise<FleetWorker> {
    const checked = checkOptions('FleetWorker.start', options, WORK_OPTIONS);
    return new FleetWorker(checked, await Roots.open(checked.roots));
  }

  /** Finishes the images in work, writes the finished lines, and hands the shard back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#taker.close();
  }

  async #work({ data, lost }: HeldJob): Promise<JobOutcome> {
    const { log, observer } = this.#options;
    let job: ShardJob;
    try {
      job = checkJob(data);
    } catch (error) {
      log('error', `a job is dropped: ${reasonOf(error)}`);
      return 'done';
    }
    const start = performance.now();
    const about = { run: job.run, shard: job.shard };
    try {
      const outcome = await this.#do(job, lost, (level, message, more) => log(level, message, { ...about, ...more }));
      this.#failures = 0;
      observer?.shard(outcome, (performance.now() - start) / 1000);
      return outcome;
    } catch (error) {
      const { code, cause } = asError(error) as Error & { code?: string };
      log('error', `a job goes back: ${reasonOf(error)}${cause ? ` (${reasonOf(cause)})` : ''}`, { ...about, code });
      observer?.shard('failed', (performance.now() - start) / 1000);
      await pause(backoffPause(++this.#failures, FIRST_PAUSE), this.#stop.signal);
      return 'last';
    }
  }

  async #do(job: ShardJob, lost: number, log: Log): Promise<JobOutcome> {
    const { queue, pool, machine, checkpointMs, imageTimeoutMs, observer } = this.#options;
    const opened = await this.#openRun(job);
    const shard = opened?.run.shards[job.shard];
    if (!opened || !shard) {
      log('warn', 'a job is dropped: its run is not there, or has another recipe now');
      return 'done';
    }
    const { files, run, recipe, source } = opened;
    this.#checkNetworks(run);
    const earlier = await earlierLines(files.place, run, job.shard);
    const { options } = run.recipe;
    const writeCrop = (file: string, png: Uint8Array) => files.writeCrop(shard, recipe, file, png);
    const stop = this.#stop.signal;
    const context = { source, pool, options, imageTimeoutMs, stop, earlier, writeCrop };
    return workOnShard(job, lost, {
      ...{ files, shard, recipe, machine, checkpointMs, log },
      // Twice as many as workers, so that the next images are read while the networks run.
      concurrency: 2 * Math.max(1, pool.workers),
      stop,
      analyze: (key, index) => analyzeImage(key, index, context),
      onDone: (done) => observer?.image(done),
      add: (jobs) => queue.add(jobs),
    });
  }

  /** The run of a job, kept for the next one; undefined when it does not exist or the job has an older recipe. */
  async #openRun(job: ShardJob): Promise<OpenRun | undefined> {
    const isSame = this.#open?.files.name === job.run && this.#open.recipe === job.recipe;
    const place = await this.#roots.place(job.out);
    if (isSame && this.#open?.files.place.address === place.address && job.shard < this.#open.run.shards.length) {
      return this.#open;
    }
    const files = new RunFiles(place, job.run);
    const run = await files.read();
    if (!run || recipeId(run.recipe) !== job.recipe) return undefined;
    this.#open = { files, run, recipe: job.recipe, source: await this.#roots.source(run.source) };
    return this.#open;
  }

  #checkNetworks({ recipe: { digests, version } }: Run): void {
    const own = this.#options.networks.digests;
    if (digests.detector === own.detector && digests.landmarker === own.landmarker && version === VERSION) return;
    throw new WrongWorkerError(
      `the run wants version ${version} with the networks ${short(digests)}, this worker has ${VERSION} with ${short(own)}`,
    );
  }
}

/** The job needs a worker with other networks or another version. */
class WrongWorkerError extends Error {}

const short = ({ detector, landmarker }: NetworksIdentity['digests']) =>
  `${detector.slice(0, 12)} and ${landmarker.slice(0, 12)}`;
