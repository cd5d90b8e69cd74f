// What the tests of a fleet have in common: a folder, a redis-server, and what a test opens, closed after it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openQueue } from '../../src/fleet/queue/bullmq-queue.js';
import type { ShardQueue } from '../../src/fleet/queue/shard-queue.js';
import { type Archive, archive } from './fleet.js';
import { HAS_REDIS, RedisServer } from './redis-server.js';

/** Registers the hooks of the calling test file. */
export function setUpFleet() {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-fleet-'));
  const closing: (() => unknown)[] = [];
  let redis: RedisServer | undefined;
  let archives = 0;

  beforeAll(async () => {
    if (HAS_REDIS) redis = await RedisServer.start();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    redis?.cli('flushall');
  }, 60_000);
  afterAll(async () => {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const newFolder = () => join(folder, String(archives++));
  return {
    folder,
    /** Called after the test, the last one first. */
    closing,
    get redis(): RedisServer {
      return redis as RedisServer;
    },
    newFolder,
    newArchive: (images: number): Archive => archive(newFolder(), images),
    async queueAt(address = redis?.address ?? '', name?: string): Promise<ShardQueue> {
      const queue = await openQueue(address, { name });
      closing.push(() => queue.close());
      return queue;
    },
  };
}
