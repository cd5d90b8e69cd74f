// A fleet against a real redis-server: whatever ends, restarts, forgets or is cut off, every image has one line.
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { QueueUnavailableError, WorkerLostError } from '../../src/errors.js';
import { cancelRun } from '../../src/fleet/cancel-run.js';
import { enqueueRun, jobOf } from '../../src/fleet/enqueue-run.js';
import { openPlace } from '../../src/fleet/places/open-place.js';
import { openQueue } from '../../src/fleet/queue/bullmq-queue.js';
import type { ShardJob } from '../../src/fleet/queue/shard-queue.js';
import { retryRun } from '../../src/fleet/retry-run.js';
import { keysOf, keysOfList } from '../../src/fleet/run/image-keys.js';
import { RunFiles } from '../../src/fleet/run/run-files.js';
import { runFailures } from '../../src/fleet/run-failures.js';
import { RunWatcher } from '../../src/fleet/run-status.js';
import {
  collected,
  done,
  enqueue,
  FakePool,
  fakeImage,
  NETWORKS,
  names,
  recordLog,
  startWorker,
  untilDone,
} from '../support/fleet.js';
import { setUpFleet } from '../support/fleet-setup.js';
import { HAS_REDIS, RedisServer, WITHOUT_REDIS } from '../support/redis-server.js';
import { startS3Server } from '../support/s3-server.js';

const fleet = setUpFleet();
const { folder, closing, newArchive, queueAt } = fleet;

async function worker(...args: Parameters<typeof startWorker>) {
  const started = await startWorker(...args);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= started.stop();
    return stopped;
  };
  closing.push(stop);
  return { stop };
}
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

describe.skipIf(!HAS_REDIS)(`a fleet${WITHOUT_REDIS}`, () => {
  it('does every image once, in the order of the manifest', async () => {
    const store = newArchive(250);
    const queue = await queueAt();
    expect(await enqueue(store, queue)).toMatchObject({ isNew: true, missing: 3 });
    const [one, two] = [new FakePool(), new FakePool()];
    await worker(store, await queueAt(), one);
    await worker(store, await queueAt(), two);
    await untilDone(store.files);
    expect(await collected(store.files)).toEqual(done(store.images));
    expect([...one.worked, ...two.worked].sort()).toEqual([...store.images].sort());
    const { images, shards, faces, failures, machines } = await new RunWatcher(store.files, queue).status();
    expect({ images, shards, faces, failures }).toEqual({
      ...{ images: { all: 250, done: 250 }, shards: { all: 3, done: 3 } },
      ...{ faces: 250, failures: 0 },
    });
    expect(machines.reduce((sum, machine) => sum + machine.images, 0)).toBe(250);
  });

  it('costs nothing when it is enqueued again, and everything with other options', async () => {
    const store = newArchive(120);
    const queue = await queueAt();
    await enqueue(store, queue);
    const pool = new FakePool();
    await worker(store, await queueAt(), pool);
    await untilDone(store.files);
    expect(await enqueue(store, queue)).toMatchObject({ isNew: false, missing: 0 });
    expect(pool.worked).toHaveLength(120);
    expect(await enqueue(store, queue, { options: { minScore: 0.9 } })).toMatchObject({ isNew: false, missing: 2 });
    await untilDone(store.files);
    expect(pool.worked).toHaveLength(240);
  });

  it('takes from an earlier run what has not changed, by the content of the images', async () => {
    const store = newArchive(230);
    const queue = await queueAt();
    await enqueue(store, queue);
    const pool = new FakePool();
    await worker(store, await queueAt(), pool);
    await untilDone(store.files);
    pool.worked.length = 0;
    const [changed, added] = [store.images[130], '0000-added.jpg'];
    writeFileSync(join(store.photos, changed), fakeImage('changed'));
    writeFileSync(join(store.photos, added), fakeImage(added));
    await enqueue(store, queue, { run: 'again', reuse: 'default' });
    const files = new RunFiles(store.files.place, 'again');
    await untilDone(files);
    expect(pool.worked.sort()).toEqual([added, 'changed']);
    expect(await collected(files)).toEqual(done([...store.images, added].sort()));
  });

  it('hands a shard back when it is stopped, with what is done of it', async () => {
    const store = newArchive(100);
    await enqueue(store, await queueAt());
    const first = new FakePool({ milliseconds: 30 });
    const { stop } = await worker(store, await queueAt(), first, { checkpointMs: 60_000 });
    while (first.worked.length < 20) await wait(10);
    await stop();
    expect(first.worked.length).toBeLessThan(90);
    const second = new FakePool();
    await worker(store, await queueAt(), second);
    await untilDone(store.files);
    expect([...first.worked, ...second.worked].sort()).toEqual([...store.images].sort());
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('goes on by itself after a queue that restarts and forgets nothing', async () => {
    const own = await RedisServer.start({ isPersistent: true });
    closing.push(() => own.stop());
    const store = newArchive(400);
    await enqueue(store, await queueAt(own.address));
    const pool = new FakePool({ milliseconds: 10 });
    await worker(store, await queueAt(own.address), pool);
    while (pool.worked.length < 50) await wait(10);
    await own.restart();
    await untilDone(store.files);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('adds only what is missing after a queue that has lost everything', async () => {
    const own = await RedisServer.start();
    closing.push(() => own.stop());
    const store = newArchive(500);
    const queue = await queueAt(own.address);
    await enqueue(store, queue);
    const pool = new FakePool({ milliseconds: 5 });
    await worker(store, await queueAt(own.address), pool);
    while (pool.worked.length < 150) await wait(10);
    await own.restart();
    const { missing } = await enqueue(store, queue);
    expect(missing).toBeLessThan(5);
    await untilDone(store.files);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('says that a queue is full, and adds the rest when it has room', async () => {
    const own = await RedisServer.start();
    closing.push(() => own.stop());
    const store = newArchive(600);
    const queue = await queueAt(own.address);
    own.cli('config', 'set', 'maxmemory-policy', 'noeviction');
    own.cli('config', 'set', 'maxmemory', '1');
    const refused = await enqueue(store, queue).catch((error) => error);
    expect(refused).toBeInstanceOf(QueueUnavailableError);
    expect(refused.message).toContain('OOM');
    own.cli('config', 'set', 'maxmemory', '0');
    expect(await enqueue(store, queue)).toMatchObject({ isNew: false, missing: 6 });
    const pool = new FakePool({ milliseconds: 2 });
    await worker(store, await queueAt(own.address), pool);
    while (pool.worked.length < 100) await wait(5);
    // What is in work cannot be taken off the queue now; it is found done later.
    own.cli('config', 'set', 'maxmemory', '1');
    await wait(1500);
    own.cli('config', 'set', 'maxmemory', '0');
    await untilDone(store.files);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('writes one part where two work on the same shard', async () => {
    const store = newArchive(100);
    // Two queues that know nothing of each other.
    const [one, two] = [await queueAt(), await queueAt(fleet.redis.address, 'other')];
    const { run } = await enqueue(store, one);
    await two.add([jobOf(store.files, run, 0)]);
    const pools = [new FakePool({ milliseconds: 5 }), new FakePool({ milliseconds: 5 })];
    await worker(store, await queueAt(), pools[0]);
    await worker(store, await queueAt(fleet.redis.address, 'other'), pools[1]);
    await untilDone(store.files);
    while ((await two.counts()).active + (await one.counts()).active > 0) await wait(20);
    expect(pools.map(({ worked }) => worked.length)).toEqual([100, 100]);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('drops what is cancelled, and goes on when it is enqueued again', async () => {
    const store = newArchive(500);
    const queue = await queueAt();
    await enqueue(store, queue);
    const pool = new FakePool({ milliseconds: 20 });
    await worker(store, await queueAt(), pool);
    while (pool.worked.length < 20) await wait(10);
    expect(await cancelRun(store.files, queue)).toBe(4);
    while ((await queue.counts()).active > 0) await wait(20);
    expect(pool.worked.length).toBeLessThan(200);
    expect(await new RunWatcher(store.files).status()).toMatchObject({ isCancelled: true });
    expect((await enqueue(store, queue)).missing).toBeGreaterThanOrEqual(4);
    await untilDone(store.files);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('gives an image up that ends its thread three times, and tries it again when it is told to', async () => {
    const store = newArchive(100);
    const queue = await queueAt();
    await enqueue(store, queue);
    let isPoison = true;
    const lost = new WorkerLostError({ name: 'a thread', expected: 'an answer', received: 'its end' });
    const pool = new FakePool({
      before(text) {
        if (isPoison && text === store.images[40]) throw lost;
      },
    });
    await worker(store, await queueAt(), pool);
    await untilDone(store.files);
    expect(pool.worked.filter((name) => name === store.images[40])).toHaveLength(3);
    const failures = await all(runFailures(store.files));
    expect(failures).toMatchObject([
      { image: store.images[40], index: 40, code: 'ERR_POISON_IMAGE', retryable: false },
    ]);
    const dead = await all(store.files.place.list('default/dead'));
    expect(dead).toHaveLength(1);
    isPoison = false;
    pool.worked.length = 0;
    expect(await retryRun(store.files, queue)).toBe(1);
    await untilDone(store.files);
    expect(pool.worked).toEqual([store.images[40]]);
    expect(await collected(store.files)).toEqual(done(store.images));
    expect(await all(store.files.place.list('default/dead'))).toEqual([]);
  });

  it('drops jobs that are none, and reads and writes nothing outside of its roots', async () => {
    const store = newArchive(100);
    const elsewhere = newArchive(100);
    const queue = await queueAt();
    const { run } = await enqueue(elsewhere, queue);
    const { log, lines } = recordLog();
    const hostile: unknown[] = [
      { out: '/etc', run: '../../etc', recipe: 'x', shard: 0, from: 0, to: 1 },
      { out: 1 },
      { ...jobOf(elsewhere.files, run, 0), shard: -1 },
      { ...jobOf(elsewhere.files, run, 0), from: '0; rm -rf /' },
    ];
    await queue.add(hostile as ShardJob[]);
    const pool = new FakePool();
    const { stop } = await worker(store, await queueAt(), pool, { log });
    while (lines.length < hostile.length + 1) await wait(20);
    await stop();
    expect(pool.worked).toEqual([]);
    expect(lines.filter((line) => line.includes('a job is dropped'))).toHaveLength(hostile.length);
    expect(lines.filter((line) => line.includes('one below the roots of this worker'))).not.toHaveLength(0);
  });

  it('reads no image through a link that leads out of its roots', async () => {
    const store = newArchive(99);
    const secret = join(folder, 'secret.jpg');
    writeFileSync(secret, fakeImage('secret'));
    symlinkSync(secret, join(store.photos, 'link.jpg'));
    await enqueue(store, await queueAt());
    const pool = new FakePool();
    await worker(store, await queueAt(), pool);
    await untilDone(store.files);
    expect(pool.worked).not.toContain('secret');
    const failures = await all(runFailures(store.files));
    expect(failures).toMatchObject([{ image: 'link.jpg', code: 'ERR_FILE_ACCESS' }]);
  });

  it('leaves a run to workers with its networks', async () => {
    const store = newArchive(100);
    const queue = await queueAt();
    const digests = { ...NETWORKS.digests, detector: 'f'.repeat(64) };
    await enqueue(store, queue, { networks: { ...NETWORKS, digests } });
    const { log, lines } = recordLog();
    const other = new FakePool();
    await worker(store, await queueAt(), other, { log });
    while (lines.length === 0) await wait(20);
    expect(lines[0]).toContain('the run wants version');
    const right = new FakePool();
    await worker(store, await queueAt(), right, { networks: { ...NETWORKS, digests } });
    await untilDone(store.files);
    expect([other.worked.length, right.worked.length]).toEqual([0, 100]);
  });

  it('reads from a bucket and writes into one, and images that are not there are lines', async () => {
    const s3 = await startS3Server(join(folder, 's3'), 'archive');
    closing.push(() => s3.stop());
    const { endpoint = '', accessKeyId = '', secretAccessKey = '' } = s3.settings;
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    closing.push(async () => vi.unstubAllEnvs());
    const [photos, out] = [await openPlace('s3://archive/photos'), await openPlace('s3://archive/out')];
    for (const name of names(110)) await photos.write(name, fakeImage(name));
    const queue = await queueAt();
    await enqueueRun({ images: keysOf(photos), out, queue, networks: NETWORKS, shardImages: 100 });
    const files = new RunFiles(out, 'default');
    const [gone] = await files.keys((await files.open()).shards[0]);
    await photos.remove(gone);
    const store = { root: '', photos: '', out: '', images: [], files };
    await worker(store, await queueAt(), new FakePool(), { roots: ['s3://archive'] });
    await untilDone(files);
    const lines = await collected(files);
    expect(lines.map(({ image }) => image).sort()).toEqual(names(110));
    expect(lines.filter(({ code }) => code)).toEqual([{ image: gone, code: 'ERR_FILE_ACCESS' }]);
  });

  it('reads images by their links, from the hosts that it may, and traces its jobs where it is told to', async () => {
    const store = newArchive(0);
    const server = createServer(({ url = '' }, response) => {
      if (url.startsWith('/images/')) response.end(fakeImage(url));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => server.close());
    const host = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const links = [`${host}/images/1`, `${host}/gone`, 'http://127.0.0.1:1/secret', `${host}/images/2?signature=abc`];
    const list = join(store.root, 'list.jsonl');
    writeFileSync(list, links.map((link) => JSON.stringify(link)).join('\n'));
    const queue = await openQueue(fleet.redis.address, { telemetry: true });
    closing.push(() => queue.close());
    await enqueue(store, queue, { images: await keysOfList(list) });
    const pool = new FakePool();
    await worker(store, queue, pool, { roots: [store.root, host] });
    await untilDone(store.files);
    expect(pool.worked.sort()).toEqual(['/images/1', '/images/2?signature=abc']);
    expect(await collected(store.files)).toEqual([
      { image: links[0], code: undefined },
      { image: links[1], code: 'ERR_FILE_ACCESS' },
      { image: links[2], code: 'ERR_FILE_ACCESS' },
      { image: `${host}/images/2?signature=***`, code: undefined },
    ]);
  });

  it('shows no password of the queue', async () => {
    const own = await RedisServer.start({ password: 'hunter2' });
    closing.push(() => own.stop());
    const wrong = own.address.replace('hunter2', 'wr0ng');
    const error = await enqueue(newArchive(1), await queueAt(wrong)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(QueueUnavailableError);
    expect(JSON.stringify([error.message, error.received])).not.toMatch(/wr0ng|hunter2/);
  });
});
