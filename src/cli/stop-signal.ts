import { say } from './say.js';

/**
 * Handles Ctrl-C and SIGTERM: images in work are finished, no new ones are begun. A second signal ends the process at once.
 */
export class StopSignal {
  readonly #wish = new AbortController();
  #skipped = false;
  readonly #stop = () => {
    this.#wish.abort();
    this.dispose();
  };

  constructor() {
    process.once('SIGINT', this.#stop);
    process.once('SIGTERM', this.#stop);
  }

  /** Aborted by the first signal, to end waits. */
  get wish(): AbortSignal {
    return this.#wish.signal;
  }

  /** Whether items were skipped because of a signal. */
  get skipped(): boolean {
    return this.#skipped;
  }

  /** Yields the items until a signal comes. */
  *until<T>(items: Iterable<T>): Generator<T, void, undefined> {
    for (const item of items) {
      if (this.wish.aborted) {
        this.skip();
        return;
      }
      yield item;
    }
  }

  /** Records that an item was skipped. */
  skip(): void {
    this.#skipped = true;
  }

  /** If items were skipped, prints that and sets the exit code to 1. */
  tellSkipped(): void {
    if (!this.#skipped) return;
    say('facial-lmk: stopped; the images in work are done.');
    process.exitCode = 1;
  }

  /** Restores the usual effect of signals. */
  dispose(): void {
    process.off('SIGINT', this.#stop);
    process.off('SIGTERM', this.#stop);
  }
}
