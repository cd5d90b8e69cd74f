// Workers that are killed, kill themselves, lose the network, their clock or their disk: every image has one line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { FolderPlace } from '../../src/fleet/places/folder-place.js';
import { RunFiles } from '../../src/fleet/run/run-files.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { linesOf, runCommand, startCommand } from '../support/command.js';
import {
  type Archive,
  collected,
  done,
  enqueue,
  FakePool,
  NETWORKS,
  recordLog,
  startWorker,
  untilDone,
} from '../support/fleet.js';
import { setUpFleet } from '../support/fleet-setup.js';
import { CAN_MOUNT, resizeDisk, WITHOUT_MOUNT, withDisk } from '../support/full-disk.js';
import { HAS_REDIS, WITHOUT_REDIS } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const SCRIPT = fileURLToPath(new URL('../support/fleet-worker.mjs', import.meta.url));
const fleet = setUpFleet();
const { folder, closing, newArchive, queueAt } = fleet;

function spawnWorker({ root }: Archive, more: { milliseconds?: number; poison?: string; clockJumpMs?: number } = {}) {
  const settings = { queue: fleet.redis.address, root, networks: NETWORKS, milliseconds: 5, ...more };
  return spawn(process.execPath, [SCRIPT, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'ignore'] });
}
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

describe.skipIf(!HAS_REDIS)(`a fleet whose workers end${WITHOUT_REDIS}`, () => {
  it('loses and doubles nothing when they are killed again and again', async () => {
    const store = newArchive(600);
    await enqueue(store, await queueAt());
    let kills = 0;
    const isDone = async () => (await store.files.missing(await store.files.open())).length === 0;
    const workers = [spawnWorker(store, { milliseconds: 20 }), spawnWorker(store, { milliseconds: 20 })];
    closing.push(() => Promise.all(workers.map((worker) => end(worker, 'SIGKILL'))));
    while (!(await isDone()) && kills < 40) {
      await wait(700);
      const at = kills++ % workers.length;
      await end(workers[at], 'SIGKILL');
      workers[at] = spawnWorker(store, { milliseconds: 20 });
    }
    await untilDone(store.files);
    expect(kills).toBeGreaterThan(1);
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it('finds the image that kills its workers by halving, and does the rest', async () => {
    const store = newArchive(100);
    await enqueue(store, await queueAt());
    const poison = store.images[37];
    let deaths = 0;
    const isDone = async () => (await store.files.missing(await store.files.open())).length === 0;
    while (!(await isDone()) && deaths < 30) {
      const worker = spawnWorker(store, { poison });
      closing.push(() => end(worker, 'SIGKILL'));
      const exit = once(worker, 'exit').then(() => true);
      while (!(await Promise.race([exit, wait(50, false)]))) {
        if (await isDone()) await end(worker, 'SIGKILL');
      }
      deaths++;
    }
    const lines = await collected(store.files);
    expect(lines.map(({ image }) => image)).toEqual(store.images);
    expect(lines.filter(({ code }) => code !== undefined)).toEqual([{ image: poison, code: 'ERR_POISON_IMAGE' }]);
    // Once whole, about seven times halved, three times alone, and the worker that did the rest.
    expect(deaths).toBeLessThanOrEqual(14);
  });

  it('comes to the same with a clock that jumps to and fro by a day', async () => {
    for (const clockJumpMs of [86_400_000, -86_400_000]) {
      const store = newArchive(400);
      await enqueue(store, await queueAt());
      const workers = [spawnWorker(store, { milliseconds: 20, clockJumpMs }), spawnWorker(store)];
      closing.push(() => Promise.all(workers.map((worker) => end(worker, 'SIGKILL'))));
      await untilDone(store.files);
      await Promise.all(workers.map((worker) => end(worker, 'SIGKILL')));
      expect(await collected(store.files)).toEqual(done(store.images));
    }
  });

  it('goes on after the network was cut, whoever works on the shard meanwhile', async () => {
    const store = newArchive(300);
    await enqueue(store, await queueAt());
    const proxy = await TcpProxy.open(fleet.redis.port);
    closing.push(() => proxy.close());
    const pool = new FakePool({ milliseconds: 20 });
    const cut = await startWorker(store, await queueAt(`redis://127.0.0.1:${proxy.port}`), pool);
    closing.push(() => cut.stop());
    while (pool.worked.length < 20) await wait(10);
    proxy.cut();
    const other = await startWorker(store, await queueAt(), new FakePool({ milliseconds: 10 }));
    closing.push(() => other.stop());
    await untilDone(store.files);
    proxy.mend();
    expect(await collected(store.files)).toEqual(done(store.images));
  });

  it.skipIf(!CAN_MOUNT)(`waits for room on a full disk${WITHOUT_MOUNT}`, async () => {
    const store = newArchive(300);
    await withDisk(join(folder, 'disk'), '64k', async () => {
      const out = join(folder, 'disk');
      const full = { ...store, out, files: new RunFiles(new FolderPlace(out), 'default') };
      await enqueue(full, await queueAt());
      const { log, lines } = recordLog();
      const pool = new FakePool();
      const worker = await startWorker({ ...full, root: folder }, await queueAt(), pool, { log });
      try {
        while (!lines.some((line) => line.includes('a full disk'))) await wait(20);
        resizeDisk(out, '4m');
        await untilDone(full.files);
        expect(await collected(full.files)).toEqual(done(store.images));
      } finally {
        await worker.stop();
      }
    });
  });
});

describe.skipIf(!HAS_REDIS)(`facial-lmk fleet${WITHOUT_REDIS}`, () => {
  const networks = ['--networks', 'drawn-faces'];

  it('gives the lines of detect, also when its workers are killed and stopped on the way', async () => {
    const place = fleet.newFolder();
    const photos = join(place, 'photos');
    mkdirSync(photos, { recursive: true });
    for (let i = 0; i < 120; i++) {
      const { image } = drawScene({ seed: i, width: 160, height: 120, faces: i % 3 });
      writeFileSync(join(photos, `${String(i).padStart(3, '0')}.png`), await encodeImage(image, 'png'));
    }
    writeFileSync(join(photos, 'text.jpg'), 'no image');
    const queue = ['--queue', fleet.redis.address];
    const run = ['--out', 'out', '--run', 'archive'];
    const command = (...args: string[]) => runCommand(place, ['fleet', ...args]);
    expect(await command('enqueue', 'photos', ...run, ...queue, ...networks, '--shard-images', '100')).toMatchObject({
      ...{ code: 0, stdout: 'run archive begun: 121 images in 2 shards, 2 of them in the queue\n' },
    });
    const work = ['fleet', 'work', ...queue, ...networks, '--lease', '1', '--checkpoint', '0.2', '--workers', '1'];
    const files = new RunFiles(new FolderPlace(join(place, 'out')), 'archive');
    const hasFragments = () =>
      readdirSync(join(place, 'out'), { recursive: true }).some((file) => `${file}`.endsWith('.jsonl'));
    const killed = startCommand(place, work);
    while (!hasFragments()) await wait(50);
    await end(killed, 'SIGKILL');
    const stopped = startCommand(place, work);
    let log = '';
    stopped.stderr.on('data', (text) => {
      log += text;
    });
    while (!log.includes('"ready"')) await wait(50);
    await wait(500);
    stopped.kill('SIGTERM');
    expect(await once(stopped, 'exit')).toEqual([0, null]);
    expect(log).toContain('"stopped"');
    const last = startCommand(place, [...work, '--port', '0']);
    closing.push(() => end(last, 'SIGKILL'));
    await untilDone(files);
    const status = await command('status', ...run, ...queue);
    expect(status.stdout).toMatch(/^run archive: 121 of 121 images, 2 of 2 shards, done\n/);
    expect(await command('failures', ...run, '--csv')).toMatchObject({
      stdout: expect.stringMatching(
        /^image,shard,code,retryable,message\ntext\.jpg,0000\d\d-[0-9a-f]{16},ERR_IMAGE_FORMAT,false,/,
      ),
    });
    expect((await command('collect', ...run, '--jsonl', 'fleet.jsonl')).code).toBe(0);

    await runCommand(photos, ['detect', '.', '--jsonl', '../detect.jsonl', ...networks]);
    const read = (name: string) => linesOf(readFileSync(join(place, name), 'utf8')).map((line) => JSON.parse(line));
    const ours = read('fleet.jsonl');
    expect(ours.map(({ image }) => image)).toEqual(
      [...Array(120).keys()].map((i) => `${String(i).padStart(3, '0')}.png`).concat('text.jpg'),
    );
    expect(ours.at(-1)).toMatchObject({ image: 'text.jpg', error: { code: 'ERR_IMAGE_FORMAT' } });
    const results = ours.slice(0, -1).map(({ timings: _, sha256: __, ...line }) => line);
    expect(results).toEqual(read('detect.jsonl').map(({ timings: _, ...line }) => line));
  });
});
