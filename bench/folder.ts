import { spawn } from 'node:child_process';
import { link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drawScene, encodeImage } from 'onnx-facial-lmk-detector/node';
import type { Bench } from './bench.js';
import { resident } from './resident.js';

const IMAGES = 10_000;
const SCENES = 50;
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Small drawn scenes, each under many names. */
async function drawFolder(folder: string): Promise<void> {
  await mkdir(folder);
  const scene = (i: number) => join(folder, '..', `scene-${i}.jpg`);
  for (let i = 0; i < SCENES; i++) {
    const { image } = drawScene({ seed: i, width: 160 + i, height: 120 + i, faces: 1 });
    await writeFile(scene(i), await encodeImage(image, 'jpeg'));
  }
  for (let i = 0; i < IMAGES; i++) await link(scene(i % SCENES), join(folder, `${i}.jpg`));
}

/** `facial-lmk detect FOLDER --jsonl FILE --workers 2` over ten thousand images: does its memory grow with their number? */
export const benchFolder: Bench = async ({ models }) => {
  const work = await mkdtemp(join(tmpdir(), 'facial-lmk-folder-'));
  const [folder, output] = [join(work, 'photos'), join(work, 'faces.jsonl')];
  await drawFolder(folder);
  const networks = ['--detector', models.detector, '--landmarker', models.landmarker];
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN, 'detect', folder, '--jsonl', output, '--workers', '2', ...networks], {
    stdio: 'ignore',
  });
  let code: number | null | undefined;
  child.once('exit', (status) => {
    code = status;
  });
  const samples: { written: number; memory: number }[] = [];
  while (code === undefined) {
    const { size } = await stat(output).catch(() => ({ size: 0 }));
    const memory = await resident(child.pid);
    if (memory > 0) samples.push({ written: size, memory });
    await wait(500);
  }
  const seconds = (performance.now() - start) / 1000;
  const lines = (await readFile(output, 'utf8')).split('\n').length - 1;
  const total = (await stat(output)).size;
  await rm(work, { recursive: true });
  const at = (share: number) => {
    const sample = samples.find(({ written }) => written >= share * total) ?? samples[samples.length - 1];
    return `${(sample.memory / 1e6).toFixed(0)} MB after ${Math.round(share * lines)}`;
  };
  return [
    {
      title: `A folder of ${IMAGES} small images, two workers`,
      rows: [],
      note: `${lines} lines in ${seconds.toFixed(0)} s, exit code ${code}. RSS ${[0.1, 0.5, 0.95].map(at).join(', ')} images.`,
    },
  ];
};
