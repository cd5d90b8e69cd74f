import { describe } from './describe.js';

/** Turns anything that was thrown into an Error; some libraries throw strings. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(typeof thrown === 'string' ? thrown : describe(thrown));
}

/** The first line of the message, for use inside another message. */
export const reasonOf = (thrown: unknown): string => asError(thrown).message.split('\n')[0];
