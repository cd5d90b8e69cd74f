import { type ChecksOf, fields, optional } from '../../check-options.js';
import { checkBoolean, checkList, checkNumber, checkText } from '../../options.js';
import { redact } from '../redact.js';
import { parseLine } from './result-line.js';

/** An image without a result, and the reason. */
export interface Failure {
  /** Its index in the shard. */
  index: number;
  image: string;
  code: string;
  message: string;
  /** Whether a retry may succeed. */
  retryable: boolean;
}

/** Summary of a part. */
export interface Summary {
  images: number;
  faces: number;
  failures: Failure[];
  /** The worker that finished it, the time, and the duration. */
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

/** Refuses anything but a summary. */
export const checkSummary = (value: unknown): Summary =>
  fields({
    images: checkCount,
    faces: checkCount,
    failures: (name, list) => checkList(name, list, checkFailure),
    machine: checkText,
    finished: checkText,
    seconds: optional(checkCount) as typeof checkCount,
  } satisfies ChecksOf<Summary>)('the summary', value);

/** Counts and failures of some lines. */
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
