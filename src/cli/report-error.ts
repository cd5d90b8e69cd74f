import { inspect } from 'node:util';
import { asError } from '../as-error.js';
import { FacialLmkError } from '../errors.js';
import { ERROR_CODES_PAGE } from '../node/package-paths.js';
import { nameFlags } from './name-flags.js';
import { say } from './say.js';

interface ErrorContext {
  /** The file that the error is about. */
  file?: string;
  /** Adds the stack and the causes. */
  verbose?: boolean | undefined;
}

let hasShownCode = false;

/** One line, `facial-lmk: <file>: <message> [<code>]`; with `verbose` the stack and the causes below. */
export function errorLines(error: unknown, { file, verbose }: ErrorContext): string[] {
  const message = nameFlags(asError(error).message).replaceAll(/\s*\n\s*/g, ' ');
  let line = ['facial-lmk', file, message].filter((part) => part !== undefined).join(': ');
  if (error instanceof FacialLmkError) {
    line += ` [${error.code}]`;
    hasShownCode = true;
  }
  // Indented, so that its lines differ from the command's own messages.
  return [line, ...(verbose ? inspect(error).split('\n') : []).map((detail) => `  ${detail}`)];
}

/** Prints an error on standard error. */
export const reportError = (error: unknown, context: ErrorContext = {}): void =>
  errorLines(error, context).forEach(say);

/** Prints once, at the end of a command on a terminal, where the codes in messages are explained. */
export function tellWhereCodesAreExplained(): void {
  if (hasShownCode && process.stderr.isTTY)
    say(`facial-lmk: the codes in brackets are explained in ${ERROR_CODES_PAGE}`);
}
