const INTERVAL = 5;

/** How late timers of the main thread fire while something works: what a server's other requests would feel. */
export class Lateness {
  readonly #values: number[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    let due = performance.now() + INTERVAL;
    const timer = setInterval(() => {
      const now = performance.now();
      this.#values.push(Math.max(0, now - due));
      due = now + INTERVAL;
    }, INTERVAL);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  #quantile(q: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN;
  }

  toString(): string {
    return `${this.#quantile(0.5).toFixed(1)} ms at the median, ${this.#quantile(0.99).toFixed(1)} ms at the 99th percentile`;
  }
}
