import { asError } from '../as-error.js';

/** One line on standard error: `facial-lmk: <file>: <message>`; with `verbose` the stack and the causes below. */
export function reportError(
  error: unknown,
  { file, verbose }: { file?: string; verbose?: boolean | undefined } = {},
): void {
  const line = ['facial-lmk', file, asError(error).message.replaceAll(/\s*\n\s*/g, ' ')].filter(
    (part) => part !== undefined,
  );
  console.error(line.join(': '));
  if (verbose) console.error(error);
}
