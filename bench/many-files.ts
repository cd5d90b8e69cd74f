import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drawScene, encodeImage } from 'onnx-facial-lmk-detector/node';
import type { Bench } from './bench.js';
import { resident } from './resident.js';

const FILES = 200_000;
/** File systems allow some ten thousand names for one file. */
const SCENES = 10;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

const nameOf = (i: number) => `${String(i).padStart(6, '0')}.jpg`;

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder);
  for (let i = 0; i < SCENES; i++) {
    const { image } = drawScene({ seed: i, width: 160 + i, height: 120 + i, faces: 1 });
    await writeFile(join(folder, nameOf(i)), await encodeImage(image, 'jpeg'));
  }
  for (let i = SCENES; i < FILES; i++) await link(join(folder, nameOf(i % SCENES)), join(folder, nameOf(i)));
}

/** Lines for all images but the last, as if a run had been killed there. */
async function writeLines(path: string, folder: string, like: string): Promise<void> {
  const report = JSON.parse(like);
  const stream = createWriteStream(path);
  for (let i = 0; i < FILES - 1; i++) {
    const isRoom = stream.write(`${JSON.stringify({ ...report, image: join(folder, nameOf(i)) })}\n`);
    if (!isRoom) await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
  }
  await new Promise<void>((resolve) => stream.end(() => resolve()));
}

/** `detect FOLDER --jsonl FILE` over 200,000 images: how long until the first line, how long to find the one that is left? */
export const benchManyFiles: Bench = async ({ models }) => {
  const work = await mkdtemp(join(tmpdir(), 'facial-lmk-many-'));
  const [folder, output] = [join(work, 'photos'), join(work, 'faces.jsonl')];
  await makeFolder(folder);
  const run = (...more: string[]) => {
    const networks = ['--detector', models.detector, '--landmarker', models.landmarker];
    const child = spawn(process.execPath, [MAIN, 'detect', folder, '--jsonl', output, ...networks, ...more], {
      stdio: 'ignore',
    });
    return { child, ended: new Promise((resolve) => child.once('exit', resolve)), begun: performance.now() };
  };
  const text = () => readFile(output, 'utf8').catch(() => '');
  const seconds = (begun: number) => ((performance.now() - begun) / 1000).toFixed(1);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

  const first = run();
  while (!(await text()).includes('\n')) await wait(20);
  const start = `${seconds(first.begun)} s to the first line, ${megabytes(await resident(first.child.pid, true))} MB at most by then`;
  first.child.kill('SIGKILL');
  await first.ended;

  await writeLines(output, folder, (await text()).split('\n')[0]);
  const second = run('--resume');
  let peak = 0;
  let over = false;
  second.ended.then(() => {
    over = true;
  });
  while (!over) {
    peak = Math.max(peak, (await resident(second.child.pid, true)) || 0);
    await wait(50);
  }
  const resume = `${seconds(second.begun)} s to resume with one image left, ${megabytes(peak)} MB at most`;
  await rm(work, { recursive: true });
  return [{ title: `A folder of ${FILES} files`, rows: [], note: `${start}; ${resume}.` }];
};
