/**
 * Makes the beginnings of output files' names unique, by a number behind where two images have the same one. The same
 * images in the same order get the same names.
 */
export class OutputStems {
  /** In lower case: some file systems see no difference. */
  readonly #taken = new Set<string>();

  next(stem: string): string {
    let unique = stem;
    for (let n = 2; this.#taken.has(unique.toLowerCase()); n++) unique = `${stem}-${n}`;
    this.#taken.add(unique.toLowerCase());
    return unique;
  }
}
