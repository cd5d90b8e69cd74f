import type { Random } from '../../src/drawn-faces/random.js';

/** Values that programs hand over by mistake, and that arithmetic, text and property access stumble over. */
export const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  0.5,
  1e9,
  2 ** 53,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  10n,
  Symbol('any'),
  '',
  'rgb',
  '__proto__',
  [],
  ['rgb'],
  [null],
  [[undefined]],
  // biome-ignore lint/suspicious/noSparseArray: holes are what this one is about.
  [, 1],
  {},
  { length: 3 },
  { x: Symbol('x'), y: {} },
  Object.create(null),
  Object.freeze([1, 2, 3, 4, 5, 6]),
  () => 3,
  new Uint8Array(3),
  new Float32Array(0),
  new Float64Array(2),
  new DataView(new ArrayBuffer(1)),
  new Map(),
  new Date(Number.NaN),
];

type Path = readonly (string | number)[];

/** What a copy of is as good: no class that keeps things to itself. */
const isCopyable = (value: unknown): value is object =>
  Array.isArray(value) || (typeof value === 'object' && value !== null && value.constructor === Object);

/** Ways to the values inside a value, the value itself first; of long lists only some elements. */
function pathsIn(value: unknown, depth: number, at: Path = []): Path[] {
  if (depth === 0 || !isCopyable(value)) return [at];
  const keys = Array.isArray(value)
    ? [0, value.length - 1].filter((key, i, all) => key >= 0 && all.indexOf(key) === i)
    : Object.keys(value);
  return [at, ...keys.flatMap((key) => pathsIn((value as Record<string, unknown>)[key], depth - 1, [...at, key]))];
}

/** A copy of a value in which what lies at a path is something else; classes keep their methods. */
function withReplaced(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = Array.isArray(value) ? [...value] : Object.assign(Object.create(Object.getPrototypeOf(value)), value);
  copy[key] = withReplaced((value as Record<string, unknown>)[key], rest, replacement);
  return copy;
}

/**
 * Lists of arguments that are wrong somewhere: too few, a hostile value in the place of one, or of something inside one.
 * @param valid arguments that work
 * @param count how many lists at most
 */
export function* hostileArguments(valid: readonly unknown[], count: number, random: Random): Generator<unknown[]> {
  for (let n = 0; n < valid.length; n++) yield valid.slice(0, n);
  const places = valid.flatMap((argument, i) => pathsIn(argument, 4).map((path) => [i, ...path] as Path));
  const all = places.flatMap((place) => HOSTILE.map((value) => [place, value] as const));
  for (let n = Math.min(count, all.length); n > 0; n--) {
    // Without repetition while there are enough.
    const [place, value] = all.length <= count ? all[n - 1] : random.pick(all);
    yield withReplaced(valid, place, value) as unknown[];
  }
}
