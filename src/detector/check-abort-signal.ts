import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';

/** Refuses anything but an `AbortSignal`. */
export function checkAbortSignal(name: string, value: unknown): AbortSignal {
  if (value instanceof AbortSignal) return value;
  throw new InvalidOptionError({ name, expected: 'an AbortSignal', received: describe(value) });
}
