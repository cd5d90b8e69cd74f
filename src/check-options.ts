import { InvalidOptionError } from './errors.js';
import { nearestName } from './nearest-name.js';
import { checkChoice, checkInteger, checkList, checkNumber, checkObject } from './options.js';

/** Checks one option: returns its value, or the default when it is left out. Throws InvalidOptionError for any other value. */
export type Check<T> = (name: string, value: unknown) => T;

/** One check for each option. */
export type Checks = Readonly<Record<string, Check<unknown>>>;

/** A check for every option of a type. */
export type ChecksOf<Options> = { readonly [K in keyof Required<Options>]: Check<Options[K]> };

/** Checked options, with defaults filled in. */
export type Checked<C extends Checks> = { -readonly [K in keyof C]: ReturnType<C[K]> };

/** An option that may be left out. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (name, value) =>
    value === undefined ? undefined : check(name, value);

/** An option with a default. */
export const orElse =
  <T>(fallback: T, check: Check<T>): Check<T> =>
  (name, value) =>
    value === undefined ? fallback : check(name, value);

export const numberIn =
  (min: number, max: number): Check<number> =>
  (name, value) =>
    checkNumber(name, value, min, max);

export const integerIn =
  (min: number, max: number): Check<number> =>
  (name, value) =>
    checkInteger(name, value, min, max);

export const oneOf =
  <const T extends string>(choices: readonly T[]): Check<T> =>
  (name, value) =>
    checkChoice(name, value, choices);

/** One value, or a list of at least one. */
export const oneOrMore =
  <T>(check: Check<T>): Check<T[]> =>
  (name, value) =>
    Array.isArray(value) && value.length > 0 ? checkList(name, value, check) : [check(name, value)];

/** An object of settings inside the options. Messages name its fields with a dot: `smoothing.position`. */
export const settings =
  <C extends Checks>(checks: C): Check<Checked<C>> =>
  (name, value) =>
    checkFields(name, value, checks, `${name}.`);

/** An object that has these fields; it may have others. */
export const fields = <C extends Checks>(checks: C): Check<Checked<C>> => {
  const entries = Object.entries(checks);
  return (name, value) => {
    const object = checkObject(name, value) as Record<string, unknown>;
    for (const [field, check] of entries) check(`${name}.${field}`, object[field]);
    return object as Checked<C>;
  };
};

function checkFields<C extends Checks>(owner: string, value: unknown, checks: C, prefix: string): Checked<C> {
  const fields = checkObject(owner, value) as Record<string, unknown>;
  const known = Object.keys(checks);
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, known);
    throw new InvalidOptionError({
      name: owner,
      expected: known.length === 0 ? 'no names at all' : `no other names than ${known.join(', ')}`,
      received: JSON.stringify(unknown.slice(0, 80)),
      hint: nearest && `Did you mean "${nearest}"?`,
    });
  }
  return Object.fromEntries(known.map((name) => [name, checks[name](prefix + name, fields[name])])) as Checked<C>;
}

/**
 * Checks all options of a call before any work is done. Refuses values that do not fit, and unknown options; the message suggests
 * the known option that may have been meant.
 *
 * @param owner what the options belong to: the name of a function
 * @throws InvalidOptionError
 */
export function checkOptions<C extends Checks>(owner: string, options: unknown, checks: C): Checked<C> {
  return checkFields(`the options of ${owner}`, options, checks, '');
}
