import type { Random } from '../../src/drawn-faces/random.js';
import { FUZZ_TARGETS } from './fuzz-targets.js';

export interface FuzzFailure {
  target: string;
  /** As few and as small as still fail in the same way. */
  bytes: Uint8Array;
  error: unknown;
}

export interface FuzzReport {
  /** Outcomes of each target. */
  counts: Record<string, Record<string, number>>;
  failures: FuzzFailure[];
}

/** No case may take longer; images have limits of their own. */
const CASE_MILLISECONDS = 120_000;
/** Runs, and time, that making one failure smaller may take. */
const MAX_ATTEMPTS = 400;
const MINIMIZE_MILLISECONDS = 60_000;

async function runCase(target: string, bytes: Uint8Array): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${CASE_MILLISECONDS} ms`)), CASE_MILLISECONDS);
  });
  try {
    return await Promise.race([FUZZ_TARGETS[target].run(bytes), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** What makes two failures the same: the line of the library or of a dependency they come from, else what they say. */
function signature(error: unknown): string {
  const { stack = '', message } = error instanceof Error ? error : new Error(String(error));
  return stack.split('\n').find((line) => /\/(src|node_modules)\//.test(line)) ?? message.replaceAll(/\d+/g, '0');
}

async function failureOf(target: string, bytes: Uint8Array): Promise<unknown> {
  return runCase(target, bytes).then(
    () => undefined,
    (error) => error ?? new Error('thrown: nothing'),
  );
}

/** Leaves out ever smaller pieces, then sets bytes to 0, for as long as the failure stays the same. */
async function minimize(failure: FuzzFailure): Promise<FuzzFailure> {
  let { bytes } = failure;
  let attempts = 0;
  const end = performance.now() + MINIMIZE_MILLISECONDS;
  const stays = async (smaller: Uint8Array) => {
    if (++attempts > MAX_ATTEMPTS || performance.now() > end) return false;
    const error = await failureOf(failure.target, smaller);
    return error !== undefined && signature(error) === signature(failure.error);
  };
  for (let piece = bytes.length >> 1; piece > 0; piece >>= 1) {
    for (let at = 0; at + piece <= bytes.length; ) {
      const smaller = new Uint8Array(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece)]));
      if (await stays(smaller)) bytes = smaller;
      else at += piece;
    }
  }
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0 && (await stays(bytes.with(at, 0)))) bytes = bytes.with(at, 0);
  }
  return { ...failure, bytes };
}

/**
 * Tries targets by their shares for as long as `goOn` says; one failure of each kind is kept.
 * @param begin is told of each case before it runs
 */
export async function fuzz(
  random: Random,
  goOn: (cases: number) => boolean,
  begin: (target: string, bytes: Uint8Array) => void = () => undefined,
): Promise<FuzzReport> {
  const report: FuzzReport = { counts: {}, failures: [] };
  const lots = Object.entries(FUZZ_TARGETS).flatMap(([name, { share }]) => Array<string>(share).fill(name));
  const seen = new Set<string>();
  for (let cases = 0; goOn(cases); cases++) {
    const target = random.pick(lots);
    const bytes = FUZZ_TARGETS[target].generate(random);
    begin(target, bytes);
    let outcome = 'FAILED';
    try {
      outcome = await runCase(target, bytes);
    } catch (error) {
      const kind = `${target} ${signature(error)}`;
      if (!seen.has(kind)) report.failures.push(await minimize({ target, bytes, error }));
      seen.add(kind);
    }
    report.counts[target] ??= {};
    const counted = report.counts[target];
    counted[outcome] = (counted[outcome] ?? 0) + 1;
  }
  return report;
}
