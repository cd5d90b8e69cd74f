import { isMainThread } from 'node:worker_threads';

/** A warning of the process, with the code that `process.on('warning')` sees. */
export interface Warning {
  message: string;
  code: string;
}

const given = new Map<string, Warning>();

/** Warns once of one thing. A thread keeps its warnings: the pool gives them, once for all its threads. */
export function warnOnce(warning: Warning): void {
  if (given.has(warning.message)) return;
  given.set(warning.message, warning);
  if (isMainThread) process.emitWarning(warning.message, { code: warning.code });
}

/** What this thread was warned of so far. */
export const warningsGiven = (): Warning[] => [...given.values()];
