import { printable } from './printable.js';

/** One line on standard error, for people. A reader of it that has gone changes nothing. */
export function say(line: string): void {
  console.error(printable(line));
}
