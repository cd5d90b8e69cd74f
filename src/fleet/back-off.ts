import { setTimeout as wait } from 'node:timers/promises';

const LONGEST_PAUSE = 30_000;

/**
 * The pause after a failure in milliseconds. It doubles with each failure in a row, up to half a minute, and is shortened at
 * random by up to a half, so that a fleet that failed together does not try again together.
 *
 * @param failures failures in a row, at least 1
 * @param first the longest pause after the first one, milliseconds
 */
export function backoffPause(failures: number, first: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_PAUSE, first * 2 ** (failures - 1)) * (0.5 + random() / 2);
}

/** Waits for so many milliseconds, or until the signal is aborted. Never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}
