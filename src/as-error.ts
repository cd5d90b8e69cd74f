import { describe } from './describe.js';

/** Whatever was thrown as an error: some libraries throw strings. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(typeof thrown === 'string' ? thrown : describe(thrown));
}

/** The reason in one line, to stand inside another message. */
export const reasonOf = (thrown: unknown): string => asError(thrown).message.split('\n')[0];
