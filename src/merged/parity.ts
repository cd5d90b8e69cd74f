import { type Check, type ChecksOf, fields } from '../check-options.js';
import { checkAnyNumber, checkList, checkObject } from '../options.js';
import { checkTensor, tensorValues } from '../tensor.js';
import type { RawOutputs } from '../types.js';

/** How two arrays of numbers differ, and where they differ most. */
export interface Difference {
  /** Largest absolute difference; infinite where one side is NaN and the other is not. */
  worst: number;
  /** Flat index of the worst element, -1 when all are equal. */
  index: number;
  expected: number;
  received: number;
  /** Elements that differ at all. */
  unequal: number;
  length: number;
}

function checkNumbers(name: string, value: unknown): ArrayLike<number> {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBigInts(value);
  if (isTyped) return value as ArrayLike<number> & ArrayBufferView;
  return checkList(name, value, checkAnyNumber);
}

const isBigInts = (value: unknown) => value instanceof BigInt64Array || value instanceof BigUint64Array;

/** Compares element by element; 0 and -0 count as equal, NaN equals NaN. Arrays of different length differ infinitely.
 * @throws InvalidOptionError
 */
export function difference(received: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  checkNumbers('received', received);
  checkNumbers('expected', expected);
  const length = Math.max(received.length, expected.length);
  const result: Difference = { ...NOTHING, length };
  for (let i = 0; i < length; i++) {
    const [r, e] = [received[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    const inBoth = i < received.length && i < expected.length;
    if (inBoth && (r === e || (Number.isNaN(r) && Number.isNaN(e)))) continue;
    result.unequal++;
    const size = Math.abs(r - e);
    const worst = Number.isNaN(size) ? Number.POSITIVE_INFINITY : size;
    if (worst > result.worst) Object.assign(result, { worst, index: i, expected: e, received: r });
  }
  return result;
}

/** The merged model's outputs in its order. */
export const OUTPUT_NAMES = ['scores', 'bboxes', 'kpss', 'align_imgs', 'lmks', 'M'] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

/** One {@link Difference} per output of the merged model. */
export type OutputDifferences = Record<OutputName, Difference>;

/** Compares two sets of the merged model's outputs. @throws InvalidOptionError */
export function compareOutputs(received: RawOutputs, expected: RawOutputs): OutputDifferences {
  const values = (owner: string, outputs: RawOutputs, name: OutputName) =>
    tensorValues(checkTensor(`${owner}.${name}`, (checkObject(owner, outputs) as RawOutputs)[name]));
  const pairs = OUTPUT_NAMES.map((name) => [
    name,
    difference(values('received', received, name), values('expected', expected, name)),
  ]);
  return Object.fromEntries(pairs) as OutputDifferences;
}

const checkDifference: Check<Difference> = fields({
  worst: checkAnyNumber,
  index: checkAnyNumber,
  expected: checkAnyNumber,
  received: checkAnyNumber,
  unequal: checkAnyNumber,
  length: checkAnyNumber,
} satisfies ChecksOf<Difference>);
const checkDifferences = fields({
  scores: checkDifference,
  bboxes: checkDifference,
  kpss: checkDifference,
  align_imgs: checkDifference,
  lmks: checkDifference,
  M: checkDifference,
} satisfies ChecksOf<OutputDifferences>);

const NOTHING: Difference = { worst: 0, index: -1, expected: 0, received: 0, unequal: 0, length: 0 };

/**
 * The differences over several images as one: counts add up, the worst element wins.
 * @throws InvalidOptionError
 */
export function mergeDifferences(all: readonly OutputDifferences[]): OutputDifferences {
  checkList('the differences', all, checkDifferences);
  const merge = (name: OutputName) =>
    all
      .map((differences) => differences[name])
      .reduce(
        (a, b) => ({
          ...(b.worst > a.worst ? b : a),
          unequal: a.unequal + b.unequal,
          length: a.length + b.length,
        }),
        NOTHING,
      );
  return Object.fromEntries(OUTPUT_NAMES.map((name) => [name, merge(name)])) as OutputDifferences;
}

/** A plain-text table, one line per output. @throws InvalidOptionError */
export function formatDifferences(differences: OutputDifferences): string {
  checkDifferences('the differences', differences);
  const rows = OUTPUT_NAMES.map((name) => {
    const { length, unequal, worst, index, expected, received } = differences[name];
    const equal = length === 0 ? '-' : `${((100 * (length - unequal)) / length).toFixed(4)} %`;
    const same = length === 0 ? 'nothing to compare' : 'identical';
    const where = index < 0 ? same : `[${index}] expected ${expected}, received ${received}`;
    return [name, String(length), equal, worst === 0 ? '0' : worst.toPrecision(3), where];
  });
  const header = ['output', 'elements', 'equal', 'worst', 'where'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
