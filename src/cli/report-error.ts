import { inspect } from 'node:util';
import { asError } from '../as-error.js';
import { FacialLmkError } from '../errors.js';
import { ERROR_CODES_PAGE } from '../node/package-paths.js';
import { nameFlags } from './name-flags.js';
import { say } from './say.js';

interface ErrorContext {
  /** What the error is about. */
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
  // Indented, so that no line of it passes for one of the command's own.
  return [line, ...(verbose ? inspect(error).split('\n') : []).map((detail) => `  ${detail}`)];
}

/** Tells an error on standard error. */
export const reportError = (error: unknown, context: ErrorContext = {}): void =>
  errorLines(error, context).forEach(say);

/** Says to a person, once, when a command ends, where the codes in its messages are explained. */
export function tellWhereCodesAreExplained(): void {
  if (hasShownCode && process.stderr.isTTY)
    say(`facial-lmk: the codes in brackets are explained in ${ERROR_CODES_PAGE}`);
}
