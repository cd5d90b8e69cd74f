/** Counts the files that a search in folders leaves out, to report them at the end. */
export class PassedOver {
  readonly #counts = new Map<string, number>();

  add(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** A short summary, the most frequent kinds first; undefined when nothing was left out. */
  get summary(): string | undefined {
    const kinds = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (kinds.length === 0) return undefined;
    const rest = kinds.splice(MOST_KINDS).reduce((sum, [, count]) => sum + count, 0);
    if (rest > 0) kinds.push(['others', rest]);
    return kinds.map(([kind, count]) => `${kind} (${count})`).join(', ');
  }
}

const MOST_KINDS = 5;
