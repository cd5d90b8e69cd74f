import { reasonOf } from '../../as-error.js';
import { WorkerLostError } from '../../errors.js';
import type { PoolWorker } from './pool-worker.js';

/** Milliseconds until threads that could not be replaced are tried again: doubled each time, up to a minute. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** The threads of a pool. One that ends by itself is replaced. */
export class WorkerSet {
  readonly #size: number;
  readonly #start: () => Promise<PoolWorker>;
  /** Threads that have not ended. */
  readonly #threads = new Set<PoolWorker>();
  readonly #idle: PoolWorker[] = [];
  /** Threads that are opening their networks. */
  readonly #starting = new Set<Promise<PoolWorker>>();
  #pause = FIRST_PAUSE;
  #retry: NodeJS.Timeout | undefined;
  /** Why the last replacement failed. */
  #failure: unknown;
  #closed = false;
  /** A worker is idle. */
  onIdle = () => {};
  /** There is no worker left, and none on its way. */
  onNone = (_: WorkerLostError) => {};

  constructor(size: number, start: () => Promise<PoolWorker>) {
    this.#size = size;
    this.#start = start;
  }

  /** Starts all threads, or none. */
  async open(): Promise<void> {
    const starts = await Promise.allSettled(Array.from({ length: this.#size }, () => this.#add()));
    const failure = starts.find((start) => start.status === 'rejected');
    if (!failure) return;
    await this.close();
    throw failure.reason;
  }

  /** Workers that can work. */
  get alive(): number {
    return [...this.#threads].filter((worker) => !worker.lost).length;
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0;
  }

  /** An idle worker, which is busy from now on. */
  take(): PoolWorker | undefined {
    return this.#idle.pop();
  }

  /** A worker has done its job. */
  giveBack(worker: PoolWorker): void {
    if (worker.lost) return;
    this.#idle.push(worker);
    this.onIdle();
  }

  /** @throws WorkerLostError when there is no worker, and none on its way */
  check(): void {
    if (this.alive === 0 && this.#starting.size === 0) throw this.#noneLeft();
  }

  /** Ends all threads, which must be idle. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#threads].map((worker) => worker.close()));
  }

  async #add(): Promise<void> {
    const starting = this.#start();
    this.#starting.add(starting);
    try {
      const worker = await starting;
      this.#threads.add(worker);
      worker.onLost = () => this.#lose(worker);
      worker.ended.then(() => this.#threads.delete(worker));
      this.giveBack(worker);
    } finally {
      this.#starting.delete(starting);
    }
  }

  #lose(worker: PoolWorker): void {
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#replenish();
  }

  /** As many threads as are missing. */
  #replenish(): void {
    if (this.#closed) return;
    const missing = this.#size - this.alive - this.#starting.size;
    for (let i = 0; i < missing; i++) {
      this.#add().then(
        () => {
          this.#pause = FIRST_PAUSE;
        },
        (cause) => this.#tryLater(cause),
      );
    }
  }

  #tryLater(cause: unknown): void {
    this.#failure = cause;
    if (!this.#closed && !this.#retry) {
      const retry = () => {
        this.#retry = undefined;
        this.#replenish();
      };
      this.#retry = setTimeout(retry, this.#pause).unref();
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    }
    if (this.alive === 0 && this.#starting.size === 0) this.onNone(this.#noneLeft());
  }

  #noneLeft(): WorkerLostError {
    const cause = this.#failure;
    return new WorkerLostError({
      name: 'the pool',
      expected: 'a worker',
      received: `none, because no new one could start (${reasonOf(cause)})`,
      hint: 'The pool tries again; send the image again later.',
      cause,
    });
  }
}
