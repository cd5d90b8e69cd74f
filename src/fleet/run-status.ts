import type { QueueCounts, ShardQueue } from './queue/shard-queue.js';
import { imagesOf } from './run/run.js';
import type { RunFiles } from './run/run-files.js';
import { Summaries } from './summaries.js';

/** The work of one worker on a run. */
export interface MachineStatus {
  machine: string;
  shards: number;
  images: number;
  /** When it finished its last shard. */
  last: string;
}

export interface RunStatus {
  run: string;
  isCancelled: boolean;
  shards: { all: number; done: number };
  images: { all: number; done: number };
  faces: number;
  failures: number;
  /** Images a second, from the shards finished in the last five minutes; 0 when there are none. */
  rate: number;
  /** Seconds for the rest at that rate; undefined when nothing was finished lately. */
  secondsLeft: number | undefined;
  machines: MachineStatus[];
  /** Jobs of all runs in the queue; undefined when it does not answer. */
  queue: QueueCounts | undefined;
}

/** Period for the rate, milliseconds. */
const LATELY = 300_000;

/** Progress of a run, computed from its files. The queue is asked too, but it need not answer. */
export class RunWatcher {
  readonly #files: RunFiles;
  readonly #queue: ShardQueue | undefined;
  readonly #summaries: Summaries;

  constructor(files: RunFiles, queue?: ShardQueue) {
    this.#files = files;
    this.#queue = queue;
    this.#summaries = new Summaries(files);
  }

  /** @throws InvalidOptionError where there is no such run, FileAccessError, StorageError */
  async status(now = Date.now()): Promise<RunStatus> {
    const run = await this.#files.open();
    const machines = new Map<string, MachineStatus>();
    const done = { shards: 0, images: 0, faces: 0, failures: 0 };
    const lately = { images: 0, begun: now };
    for await (const { summary } of this.#summaries.of(run)) {
      const { images, faces, failures, machine, finished, seconds } = summary;
      done.shards++;
      done.images += images;
      done.faces += faces;
      done.failures += failures.length;
      const known = machines.get(machine) ?? { machine, shards: 0, images: 0, last: finished };
      const last = finished > known.last ? finished : known.last;
      machines.set(machine, { machine, shards: known.shards + 1, images: known.images + images, last });
      const ended = Date.parse(finished);
      if (ended < now - LATELY || ended > now) continue;
      lately.images += images;
      lately.begun = Math.min(lately.begun, ended - 1000 * seconds);
    }
    const all = imagesOf(run);
    const rate = lately.images > 0 ? (1000 * lately.images) / Math.max(1, now - lately.begun) : 0;
    return {
      run: run.name,
      isCancelled: await this.#files.isCancelled(),
      shards: { all: run.shards.length, done: done.shards },
      images: { all, done: done.images },
      faces: done.faces,
      failures: done.failures,
      rate,
      secondsLeft: rate > 0 ? (all - done.images) / rate : undefined,
      machines: [...machines.values()].sort((a, b) => (a.machine < b.machine ? -1 : 1)),
      queue: await this.#queue?.counts().catch(() => undefined),
    };
  }
}
