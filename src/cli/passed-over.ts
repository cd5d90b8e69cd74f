/** What a search in folders leaves alone, to be told at the end: nobody should wonder where a file is. */
export class PassedOver {
  readonly #counts = new Map<string, number>();

  add(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** In a few words, the most frequent kinds first; undefined where nothing was. */
  get summary(): string | undefined {
    const kinds = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (kinds.length === 0) return undefined;
    const rest = kinds.splice(MOST_KINDS).reduce((sum, [, count]) => sum + count, 0);
    if (rest > 0) kinds.push(['others', rest]);
    return kinds.map(([kind, count]) => `${kind} (${count})`).join(', ');
  }
}

const MOST_KINDS = 5;
