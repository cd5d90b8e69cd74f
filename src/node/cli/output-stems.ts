import { parse } from 'node:path';

/**
 * Gives every image the beginning of its output files' names: its own without folder and extension, with a number behind
 * where two images have the same. The same images in the same order get the same names.
 */
export class OutputStems {
  /** In lower case: some file systems see no difference. */
  readonly #taken = new Set<string>();

  next(image: string): string {
    const stem = image === '-' ? 'stdin' : parse(image).name;
    let unique = stem;
    for (let n = 2; this.#taken.has(unique.toLowerCase()); n++) unique = `${stem}-${n}`;
    this.#taken.add(unique.toLowerCase());
    return unique;
  }
}
