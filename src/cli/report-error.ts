import { inspect } from 'node:util';
import { asError } from '../as-error.js';
import { nameFlags } from './name-flags.js';
import { say } from './say.js';

interface ErrorContext {
  /** What the error is about. */
  file?: string;
  /** Adds the stack and the causes. */
  verbose?: boolean | undefined;
}

/** One line, `facial-lmk: <file>: <message>`; with `verbose` the stack and the causes below. */
export function errorLines(error: unknown, { file, verbose }: ErrorContext): string[] {
  const message = nameFlags(asError(error).message).replaceAll(/\s*\n\s*/g, ' ');
  const line = ['facial-lmk', file, message].filter((part) => part !== undefined).join(': ');
  // Indented, so that no line of it passes for one of the command's own.
  return [line, ...(verbose ? inspect(error).split('\n') : []).map((detail) => `  ${detail}`)];
}

/** Tells an error on standard error. */
export const reportError = (error: unknown, context: ErrorContext = {}): void =>
  errorLines(error, context).forEach(say);
