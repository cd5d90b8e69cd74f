import { ClosedError } from '../errors.js';

/** Calls that are under way on something that can be closed: closing waits for them and refuses later ones. */
export class InFlight {
  readonly #name: string;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @param name what a refused call calls the closed thing */
  constructor(name: string) {
    this.#name = name;
  }

  /** Runs a job, or rejects with a ClosedError once `close` was called. */
  async admit<T>(job: () => Promise<T>): Promise<T> {
    if (this.#closing) {
      throw new ClosedError({ name: this.#name, expected: 'a call before close()', received: 'a call after it' });
    }
    const running = job();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits for all jobs, then finishes; closing again waits for the same. */
  close(finish: () => Promise<unknown>): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(async () => {
      await finish();
    });
    return this.#closing;
  }
}
