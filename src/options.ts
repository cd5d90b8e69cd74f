import { describe } from './describe.js';
import { InvalidOptionError } from './errors.js';

function refuse(name: string, expected: string, value: unknown): never {
  throw new InvalidOptionError({ name, expected, received: describe(value) });
}

/** Refuses anything but a number; NaN and infinity are allowed. */
export function checkAnyNumber(name: string, value: unknown): number {
  return typeof value === 'number' ? value : refuse(name, 'a number', value);
}

/** Refuses anything but a finite number in `[min, max]`. */
export function checkNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  return refuse(name, `a number from ${min} to ${max}`, value);
}

/** Refuses anything but an integer in `[min, max]`. */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  return refuse(name, `an integer from ${min} to ${max}`, value);
}

export function checkBoolean(name: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse(name, 'true or false', value);
}

export function checkText(name: string, value: unknown): string {
  return typeof value === 'string' ? value : refuse(name, 'a string', value);
}

/** Refuses anything but one of the listed strings. */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  return refuse(name, choices.map((choice) => `"${choice}"`).join(' or '), value);
}

/** Refuses anything but an object with fields. Arrays, bytes and maps are refused, because their entries would not be checked. */
export function checkObject(name: string, value: unknown): object {
  const hasFields =
    typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(Symbol.iterator in value);
  return hasFields ? value : refuse(name, 'an object', value);
}

/** Refuses anything but an array. @param length how many elements it must have */
export function checkArray(name: string, value: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  return refuse(name, length === undefined ? 'an array' : `an array of ${length}`, value);
}

/** Refuses anything but an array of what passes the check. */
export function checkList<T>(name: string, value: unknown, check: (name: string, element: unknown) => T): T[] {
  // `map` on the list itself would skip the holes of a sparse array.
  return Array.from(checkArray(name, value), (element, i) => check(`${name}[${i}]`, element));
}

export function checkFunction<F extends (...args: never[]) => unknown>(name: string, value: unknown): F {
  return typeof value === 'function' ? (value as F) : refuse(name, 'a function', value);
}

/** Refuses anything but a Uint8Array, of which `Buffer` is a subclass. */
export function checkBytes(name: string, value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : refuse(name, 'a Uint8Array', value);
}

/** Refuses anything but a Float32Array of at least this length. */
export function checkFloats(name: string, value: unknown, length = 0): Float32Array {
  if (value instanceof Float32Array && value.length >= length) return value;
  return refuse(name, length === 0 ? 'a Float32Array' : `a Float32Array of ${length} elements or more`, value);
}
