import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { enqueueRun, type JobTaker, keysOf, openPlace, openQueue, RunFiles } from 'onnx-facial-lmk-detector/fleet';
import { drawScene, encodeImage, type ModelPaths } from 'onnx-facial-lmk-detector/node';
import { fakeImage, NETWORKS } from '../test/support/fleet.js';
import { RedisServer } from '../test/support/redis-server.js';
import type { Bench, BenchContext, Section } from './bench.js';
import { resident } from './resident.js';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../test/support/fleet-worker.mjs', import.meta.url));
const SCENES = 50;

const nameOf = (i: number) => `${String(i).padStart(5, '0')}.jpg`;

/** Small drawn scenes, each under many names. */
async function drawFolder(folder: string, images: number): Promise<void> {
  await mkdir(folder);
  const scene = (i: number) => join(folder, '..', `scene-${i}.jpg`);
  for (let i = 0; i < SCENES; i++) {
    const { image } = drawScene({ seed: i, width: 160 + i, height: 120 + i, faces: 1 });
    await writeFile(scene(i), await encodeImage(image, 'jpeg'));
  }
  for (let i = 0; i < images; i++) await link(scene(i % SCENES), join(folder, nameOf(i)));
}

const networksOf = ({ detector, landmarker }: ModelPaths) => ['--detector', detector, '--landmarker', landmarker];

/** A command of the package in a folder. */
const start = (cwd: string, ...args: string[]) => spawn(process.execPath, [MAIN, ...args], { cwd, stdio: 'ignore' });

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function run(cwd: string, ...args: string[]): Promise<number> {
  const begun = performance.now();
  const [code] = await once(start(cwd, ...args), 'exit');
  if (code !== 0) throw new Error(`facial-lmk ${args.join(' ')} ended with ${code}`);
  return (performance.now() - begun) / 1000;
}

const runFiles = async (work: string, out: string) => new RunFiles(await openPlace(join(work, out)), 'default');

async function untilDone(files: RunFiles, onLook: (missing: number) => Promise<void> = async () => {}): Promise<void> {
  for (;;) {
    const missing = await files.missing(await files.open());
    if (missing.length === 0) return;
    await onLook(missing.length);
    await wait(20);
  }
}

/** One worker of the fleet to `detect --jsonl --workers` over the same folder, each from its start to its last image. */
async function overhead({ models, rounds }: BenchContext): Promise<Section> {
  const IMAGES = 1000;
  const work = await mkdtemp(join(tmpdir(), 'facial-lmk-fleet-'));
  const redis = await RedisServer.start();
  const networks = networksOf(models);
  const queue = ['--queue', redis.address];
  try {
    await drawFolder(join(work, 'photos'), IMAGES);
    const [alone, fleet]: number[][] = [[], []];
    for (let round = 0; round < Math.min(rounds, 5); round++) {
      const out = `out-${round}`;
      alone.push(await run(work, 'detect', 'photos', '--jsonl', `${round}.jsonl`, '--workers', '2', ...networks));
      await run(work, 'fleet', 'enqueue', 'photos', '--out', out, ...queue, ...networks);
      const begun = performance.now();
      const worker = start(work, 'fleet', 'work', '--workers', '2', ...queue, ...networks);
      await untilDone(await runFiles(work, out));
      fleet.push((performance.now() - begun) / 1000);
      await end(worker, 'SIGTERM');
    }
    const ratios = alone.map((seconds, i) => seconds / fleet[i]).sort((a, b) => a - b);
    const list = (seconds: number[]) => seconds.map((one) => (IMAGES / one).toFixed(1)).join(', ');
    return {
      title: `One worker of the fleet to detect --jsonl, ${IMAGES} small images, two threads each`,
      rows: [],
      note: `images a second: detect ${list(alone)}; fleet ${list(fleet)}; fleet to detect ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}, median ${ratios[ratios.length >> 1].toFixed(3)}`,
    };
  } finally {
    await redis.stop();
    await rm(work, { recursive: true });
  }
}

const info = (redis: RedisServer, section: string, name: string) =>
  Number(new RegExp(`${name}:(\\d+)`).exec(redis.cli('info', section))?.[1]);

/** What a million images take of Redis' memory, and what a shard asks of it. */
async function queueCosts(): Promise<Section> {
  const SHARDS = 4000;
  const redis = await RedisServer.start();
  const queue = await openQueue(redis.address);
  try {
    await queue.counts();
    const before = info(redis, 'memory', 'used_memory');
    const jobs = Array.from({ length: SHARDS }, (_, shard) => ({
      ...{ out: '/a/folder/of/results', run: 'default', recipe: '0'.repeat(16), shard, from: 0, to: 250 },
    }));
    const begun = performance.now();
    await queue.add(jobs);
    const added = performance.now() - begun;
    const bytes = info(redis, 'memory', 'used_memory') - before;
    const commands = info(redis, 'stats', 'total_commands_processed');
    const taken = performance.now();
    let count = 0;
    let taker: JobTaker | undefined;
    await new Promise<void>((resolve) => {
      const work = async () => {
        if (++count === SHARDS) resolve();
        return 'done' as const;
      };
      taker = queue.take(work, { machine: 'bench', leaseMs: 30_000, onError: console.error });
    });
    const seconds = (performance.now() - taken) / 1000;
    const asked = (info(redis, 'stats', 'total_commands_processed') - commands) / SHARDS;
    await taker?.close();
    return {
      title: 'What a run asks of Redis, shards of 250 images',
      rows: [],
      note: `${(bytes / 1e6).toFixed(1)} MB of memory for a million images (${(bytes / SHARDS).toFixed(0)} bytes a shard), added in ${(added / 1000).toFixed(1)} s; ${asked.toFixed(1)} commands a shard, scripts' own included; one worker that does nothing takes ${(SHARDS / seconds).toFixed(0)} shards a second`,
    };
  } finally {
    await queue.close();
    await redis.stop();
  }
}

/** A worker over a hundred thousand images that cost nothing: does the memory of the fleet itself grow with their number? */
async function memory(): Promise<Section> {
  const [IMAGES, FILES] = [100_000, 10];
  const work = await mkdtemp(join(tmpdir(), 'facial-lmk-fleet-memory-'));
  const redis = await RedisServer.start();
  const queue = await openQueue(redis.address);
  try {
    const photos = join(work, 'photos');
    await mkdir(photos);
    for (let i = 0; i < FILES; i++) await writeFile(join(photos, nameOf(i)), fakeImage('x'.repeat(5000)));
    for (let i = FILES; i < IMAGES; i++) await link(join(photos, nameOf(i % FILES)), join(photos, nameOf(i)));
    const out = await openPlace(join(work, 'out'));
    await enqueueRun({ images: keysOf(await openPlace(photos)), out, queue, networks: NETWORKS });
    const files = new RunFiles(out, 'default');
    const settings = { queue: redis.address, root: work, networks: NETWORKS, milliseconds: 0 };
    const begun = performance.now();
    const worker = spawn(process.execPath, [WORKER, JSON.stringify(settings)], { stdio: 'ignore' });
    const samples: { missing: number; bytes: number }[] = [];
    await untilDone(files, async (missing) => {
      samples.push({ missing, bytes: await resident(worker.pid) });
      await wait(500);
    });
    const seconds = (performance.now() - begun) / 1000;
    await end(worker, 'SIGTERM');
    const [{ missing: all }] = samples;
    const at = (share: number) => {
      const sample = samples.find(({ missing }) => missing <= (1 - share) * all) ?? samples[samples.length - 1];
      return `${(sample.bytes / 1e6).toFixed(0)} MB after ${Math.round((IMAGES * (all - sample.missing)) / all)}`;
    };
    return {
      title: `A worker over ${IMAGES} images, with a stand-in for the networks`,
      rows: [],
      note: `RSS ${[0.1, 0.5, 0.95].map(at).join(', ')} images; ${(IMAGES / seconds).toFixed(0)} images a second`,
    };
  } finally {
    await queue.close();
    await redis.stop();
    await rm(work, { recursive: true });
  }
}

const CHAOS = { images: 10_000, workers: 3, killEveryMs: 2000, fullForMs: 5000 };

/** A place of results that can be filled up: a small file system, where this user may make one. */
async function mountDisk(folder: string): Promise<boolean> {
  await mkdir(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Takes all room that there is, and gives it back. */
async function fillDisk(folder: string): Promise<void> {
  const ballast = join(folder, 'ballast');
  const end = performance.now() + CHAOS.fullForMs;
  while (performance.now() < end) {
    await appendFile(ballast, Buffer.alloc(2 ** 16)).catch(() => wait(50));
  }
  await rm(ballast);
}

/** Three workers over ten thousand images, undisturbed, and then with everything that may happen. */
async function chaos({ models }: BenchContext): Promise<Section> {
  const work = await mkdtemp(join(tmpdir(), 'facial-lmk-chaos-'));
  const canFill = await mountDisk(join(work, 'disk'));
  const networks = networksOf(models);
  await drawFolder(join(work, 'photos'), CHAOS.images);
  const events = { kills: 0, restarts: 0, losses: 0, full: 0 };

  async function through(out: string, isDisturbed: boolean) {
    const redis = await RedisServer.start({ isPersistent: true });
    const queue = ['--queue', redis.address];
    const settings = ['--lease', '3', '--checkpoint', '1', '--workers', '1', '--threads', '1'];
    const startWorker = () => start(work, 'fleet', 'work', ...settings, ...queue, ...networks);
    const enqueue = ['fleet', 'enqueue', 'photos', '--out', out, ...queue, ...networks];
    await run(work, ...enqueue, '--detector-side', '160', '--shard-images', '100');
    const workers = Array.from({ length: CHAOS.workers }, startWorker);
    const begun = performance.now();
    const healer = start(work, ...enqueue, '--detector-side', '160', '--wait', '5');
    const files = await runFiles(work, out);
    const shards = (await files.open()).shards.length;
    let [killed, memory] = [performance.now(), 0];
    /** What happens once, as soon as so much of the run is done. */
    const once = [
      { at: 0.2, event: async () => redis.restart().then(() => events.restarts++) },
      { at: 0.4, event: async () => redis.forget().then(() => events.losses++) },
      { at: 0.6, event: async () => (canFill ? fillDisk(join(work, 'disk')).then(() => events.full++) : 0) },
    ];
    await untilDone(files, async (missing) => {
      memory = Math.max(memory, (await resident(workers[0].pid)) || 0);
      if (!isDisturbed) return;
      if (once.length > 0 && 1 - missing / shards >= once[0].at) await once.shift()!.event();
      if (performance.now() - killed < CHAOS.killEveryMs) return;
      killed = performance.now();
      const at = events.kills++ % workers.length;
      await end(workers[at], 'SIGKILL');
      workers[at] = startWorker();
    });
    const seconds = (performance.now() - begun) / 1000;
    await Promise.all([healer, ...workers].map((child) => end(child, 'SIGTERM')));
    await redis.stop();
    await run(work, 'fleet', 'collect', '--out', out, '--jsonl', `${out.replace('/', '-')}.jsonl`);
    const lines = (await readFile(join(work, `${out.replace('/', '-')}.jsonl`), 'utf8')).split('\n').slice(0, -1);
    const found = lines.map((line) => JSON.parse(line) as { image: string; error?: object });
    const distinct = new Set(found.map(({ image }) => image));
    const expected = Array.from({ length: CHAOS.images }, (_, i) => nameOf(i));
    return {
      seconds,
      memory,
      lines: lines.length,
      doubled: lines.length - distinct.size,
      lost: expected.filter((image) => !distinct.has(image)).length,
      failed: found.filter(({ error }) => error !== undefined).length,
      isOrdered: found.every(({ image }, i) => image === expected[i]),
    };
  }

  try {
    const calm = await through('calm', false);
    const disturbed = await through('disk/chaos', true);
    const describe = ({ lines, doubled, lost, failed, isOrdered, seconds, memory }: typeof calm) =>
      `${lines} lines, ${doubled} doubled, ${lost} lost, ${failed} failed, ${isOrdered ? 'in order' : 'NOT in order'}, ${seconds.toFixed(0)} s, a worker ${(memory / 1e6).toFixed(0)} MB at most`;
    const { kills, restarts, losses, full } = events;
    return {
      title: `${CHAOS.images} small images, ${CHAOS.workers} workers, with everything that may happen`,
      rows: [],
      note: `undisturbed: ${describe(calm)}; with ${kills} kills, ${restarts} restart of Redis, ${losses} that lost everything, ${full} full disk${canFill ? '' : ' (no right to mount one)'}: ${describe(disturbed)}; wall time ${(disturbed.seconds / calm.seconds).toFixed(2)} times as long`,
    };
  } finally {
    if (canFill) execFileSync('umount', [join(work, 'disk')]);
    await rm(work, { recursive: true });
  }
}

/** What a fleet costs beside the command for one machine, or with --chaos what it stands. */
export const benchFleet: Bench = async (context) =>
  context.chaos ? [await chaos(context)] : [await overhead(context), await queueCosts(), await memory()];
