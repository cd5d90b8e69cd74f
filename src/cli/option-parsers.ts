import { type Command, InvalidArgumentError } from 'commander';
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

/** The path of an option that has lost it: an unset variable, or a value that was forgotten before the next option. */
function pathText(text: string): string {
  notEmpty(text);
  if (text.startsWith('-')) throw new InvalidArgumentError(`Expected a path; one that begins so is ./${text}.`);
  return text;
}

/** Has every option of a command that takes a file or a folder refuse what is none. */
export function checkPaths(command: Command): void {
  for (const option of command.options) {
    if (/<(file|folder)>$/.test(option.flags)) option.argParser(pathText);
  }
}

export const numberIn = (min: number, max: number) => parser((value) => checkNumber('it', value, min, max));
export const integerIn = (min: number, max: number) => parser((value) => checkInteger('it', value, min, max));
