// Calls of every kind at random moments, aborted, left, closed over and crashed. `SOAK_ROUNDS=1000 SOAK_SEED=7 npx vitest run
// test/process/soak.test.ts` goes on for longer.
import { once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { threads } from '../support/pool-threads.js';
import { soakCases, soakRound } from '../support/soak.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/pool-threads.js')).threadsThatCrash(importActual),
);

const ROUNDS = Number(process.env.SOAK_ROUNDS ?? 6);
const SEED = Number(process.env.SOAK_SEED ?? 1);
/** Long soaks need more than a test usually has. */
const LIMIT = 120_000 + 20_000 * ROUNDS;

/** Rounds with a seed each; a failure says which one. Returns megabytes after the first half and after the second. */
async function soak(round: (random: Random) => Promise<number>) {
  const memory: number[] = [];
  let settled = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const seed = SEED + i;
    settled += await round(new Random(seed)).catch((cause) => {
      throw new Error(`the round of seed ${seed} failed: ${cause.message}`, { cause });
    });
    memory.push(process.memoryUsage().rss / 1e6);
  }
  console.log(`${settled} calls, RSS in MB: ${memory.map((megabytes) => megabytes.toFixed(0)).join(' ')}`);
  return settled;
}

it('a pool settles every call as it may, keeps order, and leaves no thread behind', { timeout: LIMIT }, async () => {
  const cases = await soakCases(true);
  const settled = await soak(async (random) => {
    const pool = await createPool({
      ...DRAWN_FACES,
      workers: random.integer(1, 3),
      maxQueue: random.pick([0, 1, 4, 64]),
      imageMemory: random.pick([1, 1e6, 1e9]),
    });
    const count = await soakRound(pool, cases, random);
    expect({ workers: pool.workers, waiting: pool.waiting }).toEqual({ workers: 0, waiting: 0 });
    return count;
  });
  expect(settled).toBeGreaterThan(ROUNDS);
  for (const thread of threads) if (thread.threadId !== -1) await once(thread, 'exit');
});

it('a detector settles every call as it may, and keeps order', { timeout: LIMIT }, async () => {
  const cases = await soakCases(false);
  const settled = await soak(async (random) => {
    const imageMemory = random.pick([1, 1e6, 1e9]);
    const detector = await FacialLandmarkDetector.load({ ...DRAWN_FACES, imageMemory });
    return soakRound(detector, cases, random);
  });
  expect(settled).toBeGreaterThan(ROUNDS);
});
