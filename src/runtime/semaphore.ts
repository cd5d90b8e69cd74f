import { onAbort } from './on-abort.js';

interface Waiter {
  amount: number;
  admit(): void;
}

/**
 * A weighted semaphore: jobs share a fixed amount, of places or of bytes. Who comes when too little is left waits until those
 * before have had their turn; nobody overtakes.
 */
export class Semaphore {
  readonly #total: number;
  #free: number;
  readonly #waiting: Waiter[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /**
   * Takes a share, as soon as there is so much. More than the total counts as all of it.
   * @returns gives the share back; calling it again does nothing
   * @throws the signal's reason, at once when it is aborted while waiting
   */
  acquire(amount: number, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const share = Math.min(amount, this.#total);
      const stay = onAbort(signal, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal?.reason);
        // Those behind may need less.
        this.#admit();
      });
      const waiter: Waiter = {
        amount: share,
        admit: () => {
          stay();
          resolve(this.#lease(share));
        },
      };
      this.#waiting.push(waiter);
      this.#admit();
    });
  }

  /** Runs a job that holds a share for as long. */
  async run<T>(amount: number, job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const release = await this.acquire(amount, signal);
    try {
      return await job();
    } finally {
      release();
    }
  }

  #lease(amount: number): () => void {
    let held = amount;
    return () => {
      this.#free += held;
      held = 0;
      this.#admit();
    };
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#waiting[0].amount <= this.#free) {
      const waiter = this.#waiting.shift() as Waiter;
      this.#free -= waiter.amount;
      waiter.admit();
    }
  }
}
