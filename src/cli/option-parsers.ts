import { InvalidArgumentError } from 'commander';
import { FacialLmkError } from '../errors.js';
import { checkInteger, checkNumber } from '../options.js';

/** The checks of the library, reported as the wrong argument that it is. */
function parser(check: (value: number) => number): (text: string) => number {
  return (text) => {
    try {
      // Number('') is 0.
      return check(text.trim() === '' ? Number.NaN : Number(text));
    } catch (error) {
      if (error instanceof FacialLmkError) throw new InvalidArgumentError(`Expected ${error.expected}.`);
      throw error;
    }
  };
}

export function notEmpty(text: string): string {
  // An unset variable of a shell comes as this.
  if (text.trim() === '') throw new InvalidArgumentError('Expected some text.');
  return text;
}

export const numberIn = (min: number, max: number) => parser((value) => checkNumber('it', value, min, max));
export const integerIn = (min: number, max: number) => parser((value) => checkInteger('it', value, min, max));
