import { printable } from './printable.js';

/** Prints one line for people on standard error. Errors of the stream are ignored. */
export function say(line: string): void {
  console.error(printable(line));
}
