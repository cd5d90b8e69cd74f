// Beginning, ending and interrupting: in this process and in children that are told to end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ClosedError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { writeImage } from '../../src/node/images/write-image.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
const mainScript = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const crashHook = new URL('../support/crash-on-request.mjs', import.meta.url).href;
const entry = new URL('../../dist/node/index.js', import.meta.url).href;

describe('await using', () => {
  it('closes a detector, a pool and a network at the end of the block', async () => {
    const models = DRAWN_FACES;
    const opened = await (async () => {
      await using detector = await FacialLandmarkDetector.load(models);
      await using pool = await createPool({ ...models, workers: 1 });
      await using network = await loadNetwork(models.detector);
      return { detector, pool, network };
    })();
    await expect(opened.detector.detect(image)).rejects.toThrow(ClosedError);
    await expect(opened.pool.detect(image)).rejects.toThrow(ClosedError);
    await expect(opened.network.infer({ data: new Float32Array(3), shape: [1, 3, 1, 1] })).rejects.toThrow(ClosedError);
    expect(opened.pool.workers).toBe(0);
  });
});

describe('a detector', () => {
  it('takes two hundred calls at once', async () => {
    const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    const all = await Promise.all(Array.from({ length: 200 }, () => detector.detect(image, { detectorSide: 160 })));
    expect(all.every(({ image: { width } }) => width === image.width)).toBe(true);
    await detector.close();
  });

  it('finishes calls that run when it is closed, refuses later ones, and closes twice', async () => {
    const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    const running = [detector.detect(image), detector.run(image)];
    const closed = detector.close();
    await expect(detector.detect(image)).rejects.toThrow(ClosedError);
    expect(await Promise.all(running)).toHaveLength(2);
    await Promise.all([closed, detector.close()]);
  });

  it('rejects with the reason wherever a call is aborted', async () => {
    const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    for (const delay of [0, 1, 3, 10, 20]) {
      const controller = new AbortController();
      const call = detector.detect(image, { signal: controller.signal });
      if (delay === 0) controller.abort(new Error('stop'));
      else setTimeout(() => controller.abort(new Error('stop')), delay);
      const outcome = await call.then(
        ({ faces }) => faces.length,
        (error: Error) => error.message,
      );
      expect([2, 'stop']).toContain(outcome);
      if (delay === 0) expect(outcome).toBe('stop');
    }
    expect((await detector.detect(image)).faces).toHaveLength(2);
    await detector.close();
  });
});

/** Runs a program that has `models`, `image` and the whole library in scope. */
function child(
  program: string,
  env: NodeJS.ProcessEnv = process.env,
): {
  signal(name: NodeJS.Signals): void;
  lines(text: string): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null; output: string }>;
} {
  const source = `
    import * as lib from ${JSON.stringify(entry)};
    const models = await lib.findModels({ networks: 'drawn-faces' });
    const { image } = lib.drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
    ${program}`;
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  const collect = (chunk: Buffer) => {
    output += chunk;
    for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
  };
  process_.stdout.on('data', collect);
  process_.stderr.on('data', collect);
  return {
    signal: (name) => process_.kill(name),
    lines: (text) => new Promise((resolve) => waiting.push({ text, resolve })),
    ended: new Promise((resolve) => process_.once('close', (code, signal) => resolve({ code, signal, output }))),
  };
}

/** Sends images without end until told to stop, then closes the pool as the documentation asks. */
const BUSY = `
  const pool = await lib.createPool({ ...models, workers: 2 });
  let stop = false;
  const work = Array.from({ length: 4 }, async () => { while (!stop) await pool.detect(image); });
  const end = async (name) => { stop = true; await Promise.all(work); await pool.close(); console.log('ended by ' + name); };
  console.log('at work');`;

/** The service on a free port, and its address. */
async function startServer(...options: string[]) {
  const server = spawn(
    process.execPath,
    [mainScript, 'serve', '--networks', 'drawn-faces', '--port', '0', ...options],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [line] = await once(server.stdout, 'data');
  return { server, address: String(line).trim() };
}

describe('a process', () => {
  it('ends by itself after close, with a detector and with a pool', async () => {
    const { code, output } = await child(`
      const detector = await lib.FacialLandmarkDetector.load(models);
      const pool = await lib.createPool({ ...models, workers: 2 });
      console.log((await detector.detect(image)).faces.length, (await pool.detect(image)).faces.length);
      await detector.close();
      await pool.close();`).ended;
    expect({ code, output }).toEqual({ code: 0, output: '2 2\n' });
  });

  it.each(['FacialLandmarkDetector.load(models)', 'createPool(models)'])(
    'leaves nothing on the disk, no report of the runtime either: %s',
    async (open) => {
      const home = mkdtempSync(join(tmpdir(), 'facial-lmk-home-'));
      // Nothing that would keep the runtime quiet by itself, as a CI variable does.
      const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: home, TMPDIR: home };
      const { code, output } = await child(
        `const opened = await lib.${open};
        console.log((await opened.detect(image)).faces.length);
        await opened.close();`,
        env,
      ).ended;
      expect({ code, output }).toEqual({ code: 0, output: '2\n' });
      expect(readdirSync(home, { recursive: true })).toEqual([]);
      rmSync(home, { recursive: true });
    },
  );

  it('ends by itself when an idle pool was never closed', async () => {
    const { code, output } = await child(`
      const pool = await lib.createPool({ ...models, workers: 2 });
      console.log((await pool.detect(image)).faces.length);`).ended;
    expect({ code, output }).toEqual({ code: 0, output: '2\n' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'that closes its pool on %s ends cleanly in the middle of work',
    async (name) => {
      const process_ = child(`${BUSY} process.once('${name}', end);`);
      await process_.lines('at work');
      await new Promise((resolve) => setTimeout(resolve, 150));
      process_.signal(name);
      const { code, signal, output } = await process_.ended;
      expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: `at work\nended by ${name}\n` });
    },
  );

  it('that closes its pool before process.exit, or after an uncaught exception, ends cleanly', async () => {
    const { code, signal, output } = await child(`${BUSY}
      process.once('uncaughtException', async (error) => { await end(error.message); process.exit(3); });
      setTimeout(() => { throw new Error('a bug'); }, 150);`).ended;
    expect({ code, signal, output }).toEqual({ code: 3, signal: null, output: 'at work\nended by a bug\n' });
  });

  it.each([
    ['process.exit(5)', 5],
    ["throw new Error('a bug')", 1],
    ["Promise.reject(new Error('a bug'))", 1],
  ])('that ends by %s in the middle of work waits for the networks, and does not crash', async (end, expected) => {
    const { code, signal, output } = await child(`
      const pool = await lib.createPool({ ...models, workers: 2 });
      for (let i = 0; i < 6; i++) pool.detect(image).catch(() => undefined);
      setTimeout(() => { ${end} }, 30);`).ended;
    expect({ code, signal }).toEqual({ code: expected, signal: null });
    expect(output).not.toContain('terminate called');
  });

  it('prints no warning of its own when many calls share a signal', async () => {
    const { code, output } = await child(`
      const { signal } = new AbortController();
      const png = await lib.encodeImage(image, 'png');
      const options = { signal, detectorSide: 160 };
      const detector = await lib.FacialLandmarkDetector.load(models);
      const pool = await lib.createPool({ ...models, workers: 2, imageMemory: 1 });
      const all = [detector, pool].flatMap((target) => Array(30).fill(png).map((input) => target.detect(input, options)));
      for await (const { error } of pool.stream(Array(30).fill(image), { ...options, concurrency: 20 })) if (error) throw error;
      console.log((await Promise.all(all)).length);
      await Promise.all([detector.close(), pool.close()]);`).ended;
    expect({ code, output }).toEqual({ code: 0, output: '60\n' });
  });

  it('that exits while a thread waits for memory does not wait for that thread', async () => {
    const { code, signal, output } = await child(`
      const png = await lib.encodeImage(image, 'png');
      const pool = await lib.createPool({ ...models, workers: 3, imageMemory: 1 });
      const calls = Array.from({ length: 8 }, () => pool.detect(png));
      await calls[0];
      process.exit(4);`).ended;
    expect({ code, signal, output }).toEqual({ code: 4, signal: null, output: '' });
  }, 30_000);

  it('that exits as soon as a crash of a thread is reported does not wait for that thread', async () => {
    const { code, signal, output } = await child(`
      import threads from 'node:worker_threads';
      import { syncBuiltinESMExports } from 'node:module';
      const Thread = threads.Worker;
      threads.Worker = class extends Thread {
        constructor(script, options) {
          super(script, { ...options, execArgv: ['--import', ${JSON.stringify(crashHook)}] });
        }
      };
      syncBuiltinESMExports();
      const pool = await lib.createPool({ ...models, workers: 1 });
      await pool.detect('crash:throw').catch((error) => console.log(error.code));
      process.exit(4);`).ended;
    expect({ code, signal, output }).toEqual({ code: 4, signal: null, output: 'ERR_WORKER_LOST\n' });
  }, 30_000);

  it('of the command ends cleanly when the reader of its output has gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-pipe-'));
    for (let i = 0; i < 12; i++) await writeImage(join(folder, `${i}.png`), image);
    const command = `"${process.execPath}" "${mainScript}" detect "${folder}" --networks drawn-faces --jsonl --workers 2`;
    const shell = spawn('bash', ['-o', 'pipefail', '-c', `${command} 2>/dev/null | head -1`], { stdio: 'ignore' });
    expect(await once(shell, 'exit')).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  });

  it('serving cuts off who sends too slowly, and answers the others', async () => {
    const { server, address } = await startServer('--timeout', '1');
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(
      'POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nhalf',
    );
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1])).toMatchObject({ error: { code: 'ERR_TIMEOUT' } });
    expect((await fetch(`${address}/v1/health`)).status).toBe(200);
    server.kill('SIGTERM');
    await once(server, 'exit');
  });

  it('serving answers also what takes long before it ends', async () => {
    const { server, address } = await startServer();
    const ended = once(server, 'exit');
    const large = drawScene({ seed: 7, width: 6000, height: 5000, faces: 2 });
    const body = new Uint8Array(await encodeImage(large.image, 'jpeg'));
    const overlay = fetch(`${address}/v1/overlay`, { method: 'POST', body });
    // It reaches the service before the signal does, and is drawn long after the networks are done.
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.kill('SIGTERM');
    expect((await overlay).status).toBe(200);
    expect(await ended).toEqual([0, null]);
  });

  it('serving ends cleanly on SIGTERM with requests in work', async () => {
    const { server, address } = await startServer();
    const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve({ code, signal })));
    const png = new Uint8Array(await encodeImage(image, 'png'));
    const requests = Array.from({ length: 8 }, () => fetch(`${address}/v1/detect`, { method: 'POST', body: png }));
    await requests[0];
    const metrics = await (await fetch(`${address}/metrics`)).text();
    expect(Number(/^facial_lmk_queue_length (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(0);
    server.kill('SIGTERM');
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});
