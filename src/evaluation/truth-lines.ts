import { GroundTruthError } from '../errors.js';
import type { Point } from '../types.js';

/** The lines of a text file with ground truth, one after the other; blank ones are passed over. */
export class TruthLines {
  readonly #lines: readonly string[];
  readonly #name: string;
  /** How many lines were read, which is the number of the last one counted from 1. */
  #read = 0;

  /** @param name of the file, for error messages */
  constructor(text: string, name: string) {
    this.#lines = text.trimEnd().split(/\r\n|\r|\n/);
    this.#name = name;
  }

  /** The next line without its outer blanks, or undefined at the end. */
  next(): string | undefined {
    while (this.#read < this.#lines.length) {
      // Also takes the byte order mark that some editors put in front.
      const line = this.#lines[this.#read++].trim();
      if (line !== '') return line;
    }
    return undefined;
  }

  /** What {@link next} will return; it stays. */
  peek(): string | undefined {
    const read = this.#read;
    const line = this.next();
    this.#read = read;
    return line;
  }

  /** The next line, which must be there and fit. @throws GroundTruthError naming it */
  match(pattern: RegExp, expected: string): RegExpExecArray {
    const line = this.next();
    return pattern.exec(line ?? '') ?? this.refuse(expected, line);
  }

  /** A line of numbers, of which the first `count` must be there. @throws GroundTruthError naming it */
  numbers(count: number, expected: string): number[] {
    const line = this.next();
    const fields = line?.split(/\s+/) ?? [];
    const numbers = fields.map(Number);
    if (numbers.length < count || !numbers.every(Number.isFinite)) this.refuse(expected, line);
    return numbers;
  }

  /** As many lines as there are points, x and y on each. @throws GroundTruthError naming the line that does not fit */
  points(count: number): Point[] {
    return Array.from({ length: count }, (_, i) => {
      const expected = `x and y of point ${i + 1} of ${count}`;
      const [x, y, ...others] = this.numbers(2, expected);
      if (others.length > 0) this.refuse(expected, `${others.length + 2} numbers`);
      return { x, y };
    });
  }

  /** Refuses anything that follows. @throws GroundTruthError */
  end(): void {
    const line = this.next();
    if (line !== undefined) this.refuse('the end of the file', line);
  }

  /** @throws GroundTruthError naming the line that was read last */
  refuse(expected: string, received: string | undefined): never {
    throw new GroundTruthError({
      name: `line ${this.#read} of ${this.#name}`,
      expected,
      received: received === undefined ? 'the end of the file' : JSON.stringify(received.slice(0, 60)),
    });
  }
}
