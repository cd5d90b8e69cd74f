import { type ChecksOf, fields, optional } from '../../check-options.js';
import { checkBoolean, checkList, checkNumber, checkText } from '../../options.js';
import { redact } from '../redact.js';
import { parseLine } from './result-line.js';

/** An image that has no result, and why. */
export interface Failure {
  /** Its place in the shard. */
  index: number;
  image: string;
  code: string;
  message: string;
  /** Whether it may succeed when it is tried again. */
  retryable: boolean;
}

/** What is in a part. */
export interface Summary {
  images: number;
  faces: number;
  failures: Failure[];
  /** Who finished it, when, and how long that took. */
  machine: string;
  finished: string;
  seconds: number;
}

const checkCount = (name: string, value: unknown) => checkNumber(name, value, 0, Number.MAX_SAFE_INTEGER);

const checkFailure = fields({
  index: checkCount,
  image: checkText,
  code: checkText,
  message: checkText,
  retryable: checkBoolean,
} satisfies ChecksOf<Failure>);

/** Refuses what is no summary. */
export const checkSummary = (value: unknown): Summary =>
  fields({
    images: checkCount,
    faces: checkCount,
    failures: (name, list) => checkList(name, list, checkFailure),
    machine: checkText,
    finished: checkText,
    seconds: optional(checkCount) as typeof checkCount,
  } satisfies ChecksOf<Summary>)('the summary', value);

/** What some lines say together. */
export function summarize(lines: readonly string[]): Pick<Summary, 'images' | 'faces' | 'failures'> {
  let faces = 0;
  const failures: Failure[] = [];
  for (const [index, line] of lines.entries()) {
    const { image = '', faces: found, error } = parseLine(line) ?? {};
    faces += found?.length ?? 0;
    if (!error) continue;
    const { code, message, retryable } = error;
    failures.push({ index, image, code, message: redact(message), retryable: retryable === true });
  }
  return { images: lines.length, faces, failures };
}
