import { describe, InvalidOptionError } from './errors.js';

/** Refuses anything but a finite number in `[min, max]`. */
export function checkNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new InvalidOptionError({ name, expected: `a number from ${min} to ${max}`, received: describe(value) });
  }
  return value;
}

/** Refuses anything but an integer in `[min, max]`. */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new InvalidOptionError({ name, expected: `an integer from ${min} to ${max}`, received: describe(value) });
  }
  return value as number;
}

/** Refuses anything but an object. */
export function checkObject(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new InvalidOptionError({ name, expected: 'an object', received: describe(value) });
}

/** Refuses anything but one of the listed strings. */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (!choices.includes(value as T)) {
    const expected = choices.map((choice) => `"${choice}"`).join(' or ');
    throw new InvalidOptionError({ name, expected, received: describe(value) });
  }
  return value as T;
}
