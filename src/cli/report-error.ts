import { inspect } from 'node:util';
import { asError } from '../as-error.js';
import { say } from './say.js';

/** One line on standard error: `facial-lmk: <file>: <message>`; with `verbose` the stack and the causes below. */
export function reportError(
  error: unknown,
  { file, verbose }: { file?: string; verbose?: boolean | undefined } = {},
): void {
  const message = asError(error).message.replaceAll(/\s*\n\s*/g, ' ');
  say(['facial-lmk', file, message].filter((part) => part !== undefined).join(': '));
  // Indented, so that no line of it passes for one of the command's own.
  if (verbose) for (const detail of inspect(error).split('\n')) say(`  ${detail}`);
}
