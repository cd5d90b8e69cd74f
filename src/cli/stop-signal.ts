/**
 * Ctrl-C and SIGTERM as a wish to stop: what is in work is finished, nothing new is begun. A second signal ends the process
 * at once, as if nobody listened.
 */
export class StopSignal {
  #stopped = false;
  #skipped = false;
  readonly #stop = () => {
    this.#stopped = true;
    this.dispose();
  };

  constructor() {
    process.once('SIGINT', this.#stop);
    process.once('SIGTERM', this.#stop);
  }

  /** Whether items were left because of a signal. */
  get skipped(): boolean {
    return this.#skipped;
  }

  /** The items, up to the signal. */
  *until<T>(items: Iterable<T>): Generator<T, void, undefined> {
    for (const item of items) {
      if (this.#stopped) {
        this.#skipped = true;
        return;
      }
      yield item;
    }
  }

  /** Leaves signals to their usual effect again. */
  dispose(): void {
    process.off('SIGINT', this.#stop);
    process.off('SIGTERM', this.#stop);
  }
}
