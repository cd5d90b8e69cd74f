/** One line on standard error: `facial-lmk: <file>: <message>`; with `verbose` the stack and the causes below. */
export function reportError(error: unknown, { file, verbose }: { file?: string; verbose?: boolean } = {}): void {
  const message = error instanceof Error ? error.message : String(error);
  const line = ['facial-lmk', file, message.replaceAll(/\s*\n\s*/g, ' ')].filter((part) => part !== undefined);
  console.error(line.join(': '));
  if (verbose) console.error(error);
}
