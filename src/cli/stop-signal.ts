import { say } from './say.js';

/**
 * Ctrl-C and SIGTERM as a wish to stop: what is in work is finished, nothing new is begun. A second signal ends the process
 * at once, as if nobody listened.
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

  /** Aborted by the first signal: for what is waited for, and is not in work yet. */
  get wish(): AbortSignal {
    return this.#wish.signal;
  }

  /** Whether items were left because of a signal. */
  get skipped(): boolean {
    return this.#skipped;
  }

  /** The items, up to the signal. */
  *until<T>(items: Iterable<T>): Generator<T, void, undefined> {
    for (const item of items) {
      if (this.wish.aborted) {
        this.skip();
        return;
      }
      yield item;
    }
  }

  /** Takes note that an item was left. */
  skip(): void {
    this.#skipped = true;
  }

  /** Says that items were left, if any were, and has the process end with 1 then. */
  tellSkipped(): void {
    if (!this.#skipped) return;
    say('facial-lmk: stopped; the images in work are done.');
    process.exitCode = 1;
  }

  /** Leaves signals to their usual effect again. */
  dispose(): void {
    process.off('SIGINT', this.#stop);
    process.off('SIGTERM', this.#stop);
  }
}
