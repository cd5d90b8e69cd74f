/**
 * Makes the beginnings of output files' names unique by adding a number when two images have the same one. The same images in the
 * same order get the same names.
 */
export class OutputStems {
  /** The next number to try for a beginning. Case and the encoding of accents are ignored, as some file systems do. */
  readonly #next = new Map<string, number>();

  next(stem: string): string {
    const numbered = (n: number) => (n === 1 ? stem : `${stem}-${n}`);
    let n = this.#next.get(keyOf(stem)) ?? 1;
    while (n > 1 && this.#next.has(keyOf(numbered(n)))) n++;
    this.#next.set(keyOf(stem), n + 1);
    const unique = numbered(n);
    if (n > 1) this.#next.set(keyOf(unique), 2);
    return unique;
  }
}

const keyOf = (stem: string) => stem.normalize('NFC').toLowerCase();
