import { type Command, InvalidArgumentError } from 'commander';
import { FacialLmkError } from '../errors.js';
import { checkInteger, checkNumber } from '../options.js';

/** Makes a commander parser from a check of the library. */
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
  // An unset variable of a shell gives an empty text.
  if (text.trim() === '') throw new InvalidArgumentError('Expected some text.');
  return text;
}

/** A path. Refuses an empty text (an unset variable) and a text that begins like the next option (a forgotten value). */
function pathText(text: string): string {
  notEmpty(text);
  if (text.startsWith('-'))
    throw new InvalidArgumentError(`Expected a path. If you mean a file of this name, write ./${text}.`);
  return text;
}

/** Makes every option of a command that takes a file or folder check its path. */
export function checkPaths(command: Command): void {
  for (const option of command.options) {
    if (/<(file|folder)>$/.test(option.flags)) option.argParser(pathText);
  }
}

export const numberIn = (min: number, max: number) => parser((value) => checkNumber('it', value, min, max));
export const integerIn = (min: number, max: number) => parser((value) => checkInteger('it', value, min, max));
