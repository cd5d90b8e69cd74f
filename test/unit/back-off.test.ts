import { describe, expect, it } from 'vitest';
import { backoffPause, pause } from '../../src/fleet/back-off.js';
import { retrying, TransientFailure } from '../../src/fleet/places/retrying.js';

describe('backoffPause', () => {
  it('doubles with each failure, up to 30 seconds', () => {
    const longest = [1, 2, 3, 7, 8, 2000].map((failures) => backoffPause(failures, 250, () => 1));
    expect(longest).toEqual([250, 500, 1000, 16_000, 30_000, 30_000]);
  });

  it('is shortened at random by up to a half', () => {
    expect([0, 0.5, 1].map((random) => backoffPause(3, 250, () => random))).toEqual([500, 750, 1000]);
  });
});

describe('pause', () => {
  it('ends when the signal is aborted, without an error', async () => {
    const stop = new AbortController();
    const paused = pause(3_600_000, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(paused).resolves.toBeUndefined();
  });
});

describe('retrying', () => {
  it("rejects with the signal's reason when it is aborted in a pause", async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const job = async () => {
      setImmediate(() => stop.abort(reason));
      throw new TransientFailure('busy', { afterMs: 3_600_000 });
    };
    await expect(retrying(job, { name: 'a file', signal: stop.signal })).rejects.toBe(reason);
  });
});
