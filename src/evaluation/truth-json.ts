import { describe } from '../describe.js';
import { GroundTruthError } from '../errors.js';

type Fields = Partial<Record<string, unknown>>;

/** Checks parsed JSON with ground truth; whatever does not fit is refused by its path and the file it is in. */
export class TruthJson {
  readonly #file: string;

  /** @param file for error messages: the file's name, and the line where each is a value of its own */
  constructor(file: string) {
    this.#file = file;
  }

  fields(path: string, value: unknown): Fields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
    return this.refuse(path, 'an object', value);
  }

  list(path: string, value: unknown): unknown[] {
    return Array.isArray(value) ? value : this.refuse(path, 'an array', value);
  }

  numbers(path: string, value: unknown, count: number): number[] {
    const numbers = this.list(path, value);
    if (numbers.length === count && numbers.every(Number.isFinite)) return numbers as number[];
    return this.refuse(path, `${count} numbers`, value);
  }

  /** A text, or undefined where there is none. */
  optionalText(path: string, value: unknown): string | undefined {
    return value === undefined || typeof value === 'string' ? value : this.refuse(path, 'a text', value);
  }

  /** A number of pixels, or undefined where there is none. */
  optionalLength(path: string, value: unknown): number | undefined {
    if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return value as number | undefined;
    return this.refuse(path, 'a positive integer', value);
  }

  /** How a value is called in error messages. */
  name(path: string): string {
    return path === '' ? this.#file : `${path} of ${this.#file}`;
  }

  refuse(path: string, expected: string, value: unknown): never {
    throw new GroundTruthError({ name: this.name(path), expected, received: describe(value) });
  }
}
