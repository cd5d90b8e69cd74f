// A run without any server: its files, what is collected of them, and what is told.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { InvalidOptionError } from '../../src/errors.js';
import { cancelRun } from '../../src/fleet/cancel-run.js';
import { collectRun } from '../../src/fleet/collect-run.js';
import { enqueueRun, jobOf } from '../../src/fleet/enqueue-run.js';
import { jsonLog } from '../../src/fleet/log.js';
import { observe } from '../../src/fleet/observe/observe.js';
import { runMetrics } from '../../src/fleet/observe/run-metrics.js';
import { WorkerMetrics } from '../../src/fleet/observe/worker-metrics.js';
import { FolderPlace } from '../../src/fleet/places/folder-place.js';
import { openQueue } from '../../src/fleet/queue/bullmq-queue.js';
import { redact } from '../../src/fleet/redact.js';
import { keysOf } from '../../src/fleet/run/image-keys.js';
import { checkRunOptions, pickRunOptions, recipeId } from '../../src/fleet/run/recipe.js';
import { checkRun } from '../../src/fleet/run/run.js';
import { RunFiles } from '../../src/fleet/run/run-files.js';
import { RunWatcher } from '../../src/fleet/run-status.js';
import { FleetWorker } from '../../src/fleet/work/fleet-worker.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import { findModels } from '../../src/node/models/find-models.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import { archive, collected, digests, done, enqueue, FakePool, startWorker, untilDone } from '../support/fleet.js';
import { MemoryQueue } from '../support/memory-queue.js';

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function finished(images: number) {
  const store = archive(join(folder, String(count++)), images);
  const queue = new MemoryQueue();
  await enqueue(store, queue);
  const pool = new FakePool();
  const worker = await startWorker(store, queue, pool);
  await untilDone(store.files);
  await worker.stop();
  return { store, queue, pool };
}

describe('cancelRun', () => {
  it('has a job that is still in a queue end without an image', async () => {
    const store = archive(join(folder, String(count++)), 100);
    const queue = new MemoryQueue();
    const { run } = await enqueue(store, queue);
    await cancelRun(store.files, queue);
    // As after a cancellation whose worker has the job already, or comes back to the network later.
    await queue.add([jobOf(store.files, run, 0)]);
    const outcome = new Promise((resolve) => {
      queue.take = (work) =>
        MemoryQueue.prototype.take.call(queue, async (job) => {
          const outcome = await work(job);
          resolve(outcome);
          return outcome;
        });
    });
    const pool = new FakePool();
    const worker = await startWorker(store, queue, pool);
    expect(await outcome).toBe('done');
    await worker.stop();
    expect(pool.worked).toEqual([]);
    expect(await store.files.hasPart(run.shards[0], recipeId(run.recipe))).toBe(false);
  });
});

describe('collect', () => {
  it('refuses a run that is not done, and leaves out what is missing when it is told to', async () => {
    const { store } = await finished(250);
    const run = await store.files.open();
    await store.files.removePart(run.shards[1], recipeId(run.recipe));
    await expect(collected(store.files)).rejects.toThrow('received 2 of 3');
    const shards = [];
    for await (const { lines, left } of collectRun(store.files, { partial: true })) shards.push([lines.length, left]);
    expect(shards).toEqual([
      [100, 0],
      [0, 100],
      [50, 0],
    ]);
  });

  it('has a part done again that is not whole, or holds other images', async () => {
    const { store, queue, pool } = await finished(250);
    const parts = join(store.out, 'default/parts');
    const [first, second] = readdirSync(parts).sort();
    truncateSync(join(parts, first), 3000);
    const text = readFileSync(join(parts, second), 'utf8');
    writeFileSync(join(parts, second), text.replace(store.images[100], 'another.jpg'));
    await expect(collected(store.files)).rejects.toThrow('received 1 of 3');
    pool.worked.length = 0;
    expect((await enqueue(store, queue)).missing).toBe(2);
    const worker = await startWorker(store, queue, pool);
    await untilDone(store.files);
    await worker.stop();
    expect(pool.worked.sort()).toEqual(store.images.slice(0, 200).sort());
    expect(await collected(store.files)).toEqual(done(store.images));
  });
});

describe('a run', () => {
  it('is not mixed with other images under the same name', async () => {
    const { store, queue } = await finished(100);
    const images = keysOf(new FolderPlace(store.root));
    const { out, licence, set } = { ...store, licence: 'MIT', set: 'custom' };
    const wish = { images, out: new FolderPlace(out), queue, networks: { set, licence, digests } };
    await expect(enqueueRun(wish)).rejects.toThrow('Choose another name with --run.');
    await expect(enqueueRun({ ...wish, run: '../up' })).rejects.toThrow(InvalidOptionError);
    await expect(enqueueRun({ ...wish, shardImages: 99 })).rejects.toThrow(InvalidOptionError);
  });

  it('has another recipe for other networks, options and versions, and the same for the same', () => {
    const recipe = { digests, options: checkRunOptions({}), version: '1' };
    const ids = [
      recipe,
      { ...recipe, version: '2' },
      { ...recipe, digests: { ...digests, landmarker: 'b' } },
      { ...recipe, options: checkRunOptions({ minScore: 0.4 }) },
      { ...recipe, options: checkRunOptions({ crops: true }) },
    ].map(recipeId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(pickRunOptions({ minScore: 0.4, decode: 'fast', queue: 'redis://a' })).toEqual({
      minScore: 0.4,
      decode: 'fast',
    });
    expect(recipeId({ ...recipe, options: checkRunOptions(JSON.parse(JSON.stringify(recipe.options))) })).toBe(ids[0]);
  });

  it('is refused where a stranger has written it', async () => {
    const { store } = await finished(100);
    const run = JSON.parse(readFileSync(join(store.out, 'default/run.json'), 'utf8'));
    expect(checkRun(run)).toMatchObject({ name: 'default' });
    const [shard] = run.shards;
    const hostile = [
      null,
      { ...run, name: '../a' },
      { ...run, shards: [{ ...shard, name: '../../etc' }] },
      { ...run, shards: [{ ...shard, images: 1e9 }] },
      { ...run, recipe: { ...run.recipe, options: { ...run.recipe.options, name: 'x' } } },
    ];
    for (const wrong of hostile) expect(() => checkRun(wrong)).toThrow(InvalidOptionError);
  });

  it('leaves the crops of its faces, and says in each line where', async () => {
    const root = join(folder, String(count++));
    const [photos, out] = [join(root, 'photos'), join(root, 'out')];
    mkdirSync(photos, { recursive: true });
    mkdirSync(out);
    for (const faces of [0, 1, 2]) {
      const { image } = drawScene({ seed: 7 + faces, width: 320, height: 240, faces });
      writeFileSync(join(photos, `${faces}.png`), await encodeImage(image, 'png'));
    }
    const models = await findModels({ networks: 'drawn-faces' });
    const pool = await createPool({ ...models, workers: 1 });
    const queue = new MemoryQueue();
    const place = new FolderPlace(out);
    const wish = { images: keysOf(new FolderPlace(photos)), out: place, queue, networks: models.identity };
    await enqueueRun({ ...wish, options: { crops: true } });
    const worker = await FleetWorker.start({ queue, pool, networks: models.identity, roots: [root] });
    const files = new RunFiles(place, 'default');
    await untilDone(files);
    await worker.stop();
    await pool.close();
    let crops = 0;
    for await (const { lines } of collectRun(files)) {
      for (const line of lines) {
        const report = JSON.parse(line);
        expect(report.crops).toHaveLength(report.faces.length);
        for (const file of report.crops) {
          crops++;
          const { width, height } = await decodeImage(readFileSync(join(out, 'default', file)));
          expect([width, height]).toEqual([224, 224]);
        }
      }
    }
    expect(crops).toBe(3);
  });
});

describe('passwords', () => {
  it.each([
    ['redis://user:pa55@host:6379/0', 'redis://***@host:6379/0'],
    ['rediss://:p@55@host', 'rediss://***@host'],
    ['https://host/a.jpg?X-Amz-Signature=abc&x=1', 'https://host/a.jpg?X-Amz-Signature=***&x=1'],
    ['https://host/a?token=t#b', 'https://host/a?token=***#b'],
    ['photos/a@b.jpg', 'photos/a@b.jpg'],
  ])('of %s are not shown', (text, shown) => expect(redact(text)).toBe(shown));

  it('stay out of logs and messages', async () => {
    const lines: string[] = [];
    jsonLog((line) => lines.push(line), { machine: 'a' })('warn', 'lost redis://u:hunter2@h', { run: 'r' });
    expect(JSON.parse(lines[0])).toMatchObject({
      machine: 'a',
      run: 'r',
      level: 'warn',
      message: 'lost redis://***@h',
    });
    const error = await openQueue('http://u:hunter2@h').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).not.toContain('hunter2');
  });
});

describe('what is watched', () => {
  it('is served to orchestrators and Prometheus', async () => {
    const metrics = new WorkerMetrics(() => 2);
    metrics.image({ line: '', faces: 3 });
    metrics.image({ line: '', faces: 0, error: new Error() });
    metrics.shard('done', 2);
    let isHealthy = true;
    const { address, stop } = await observe({
      ...{ host: '127.0.0.1', port: 0, isHealthy: () => isHealthy, metrics: () => metrics.text() },
    });
    try {
      expect(await (await fetch(`${address}/v1/health`)).json()).toEqual({ status: 'ok' });
      isHealthy = false;
      expect((await fetch(`${address}/v1/health`)).status).toBe(503);
      const text = await (await fetch(`${address}/metrics`)).text();
      expect(text).toContain('facial_lmk_fleet_images_total{outcome="done"} 1');
      expect(text).toContain('facial_lmk_fleet_images_total{outcome="failed"} 1');
      expect(text).toContain('facial_lmk_fleet_faces_total 3');
      expect(text).toContain('facial_lmk_fleet_threads 2');
      expect((await fetch(`${address}/other`)).status).toBe(404);
    } finally {
      await stop();
    }
  });

  it('of a run counts what is written', async () => {
    const { store, queue } = await finished(150);
    const status = await new RunWatcher(store.files, queue).status();
    expect(status).toMatchObject({ images: { all: 150, done: 150 }, failures: 0, queue: { waiting: 0 } });
    expect(status.rate).toBeGreaterThan(0);
    expect(await runMetrics(status)).toContain('facial_lmk_fleet_run_images_done{run="default"} 150');
  });
});
