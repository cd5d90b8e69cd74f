// Runs over a folder that are killed at random moments: what is on the disk is whole at every one of them, and the runs
// together come to what one run gives. FACIAL_LMK_KILLS=300 FACIAL_LMK_SEED=7 for more of them.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { linesOf, MAIN } from '../support/command.js';

const KILLS = Number(process.env.FACIAL_LMK_KILLS ?? 12);
const SEED = Number(process.env.FACIAL_LMK_SEED ?? 1);
const IMAGES = 40;
/** Milliseconds that one kill may take, on a machine with much else to do. */
const PATIENCE = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-killed-'));
const photos = join(folder, 'photos');
let state = SEED;
/** From 0 to 1, the same for the same seed. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Where a run leaves its results. */
const outputs = (name: string) => ({
  jsonl: join(folder, name, 'faces.jsonl'),
  pictures: ['overlay', 'sheets', 'crops'].map((kind) => join(folder, name, kind)),
});

function start(name: string, workers: number): ChildProcess {
  const { jsonl, pictures } = outputs(name);
  const [overlay, sheets, crops] = pictures;
  const written = ['--jsonl', jsonl, '--overlay', overlay, '--sheets', sheets, '--crops', crops];
  const options = ['--networks', 'drawn-faces', '--detector-side', '160', '--resume'];
  return spawn(process.execPath, [MAIN, 'detect', photos, ...written, ...options, '--workers', `${workers}`], {
    stdio: 'ignore',
  });
}
const ended = (child: ChildProcess) =>
  new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );

/** The lines that are whole, without the time they took, and what follows them. */
function readJsonl(path: string): { reports: unknown[]; torn: string } {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const end = text.lastIndexOf('\n') + 1;
  const reports = linesOf(text.slice(0, end)).map((line) => {
    const { timings: _, ...report } = JSON.parse(line);
    return report;
  });
  return { reports, torn: text.slice(end) };
}

/** Digests of all files below the folders of a run, by name. */
function digests(name: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const inside of outputs(name).pictures) {
    if (!existsSync(inside)) continue;
    for (const file of readdirSync(inside, { recursive: true }) as string[]) {
      const path = join(inside, file);
      if (!statSync(path).isFile()) continue;
      found.set(
        path.slice(join(folder, name).length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      );
    }
  }
  return found;
}

let expected: { reports: unknown[]; pictures: Map<string, string>; milliseconds: number };

beforeAll(async () => {
  mkdirSync(join(photos, 'deep'), { recursive: true });
  const scenes = [0, 1, 2, 3].map((faces) => drawScene({ seed: faces, width: 240, height: 200, faces, minSize: 60 }));
  const encoded = await Promise.all(scenes.map(({ image }) => encodeImage(image, 'png')));
  for (let i = 0; i < IMAGES; i++) {
    writeFileSync(join(photos, i % 5 === 0 ? 'deep' : '', `${String(i).padStart(2, '0')}.png`), encoded[i % 4]);
  }
  const begun = performance.now();
  expect(await ended(start('whole', 1))).toBe(0);
  const { reports } = readJsonl(outputs('whole').jsonl);
  expected = { reports, pictures: digests('whole'), milliseconds: performance.now() - begun };
  expect(reports).toHaveLength(IMAGES);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What must hold at any moment. */
function checkDisk(name: string): void {
  const { reports, torn } = readJsonl(outputs(name).jsonl);
  expect(reports).toEqual(expected.reports.slice(0, reports.length));
  expect(torn.startsWith('{"image":') || '{"image":'.startsWith(torn)).toBe(true);
  const found = digests(name);
  for (const [file, digest] of found) {
    if (file.endsWith('.part')) continue;
    expect([file, digest]).toEqual([file, expected.pictures.get(file)]);
  }
}

it(
  `${KILLS} kills: every picture and every line whole, nothing lost, nothing doubled, nothing left over`,
  async () => {
    let [kills, runs] = [0, 0];
    while (kills < KILLS) {
      const name = `run-${runs++}`;
      for (;;) {
        const child = start(name, 1 + Math.floor(3 * random()));
        const end = ended(child);
        const timer = new AbortController();
        // Up to a little longer than a whole run takes, so that some are not killed at all.
        const late = wait(1.1 * expected.milliseconds * random(), 'late' as const, { signal: timer.signal });
        late.catch(() => undefined);
        const first = await Promise.race([end, late]);
        timer.abort();
        if (first !== 'late') {
          expect(first).toBe(0);
          break;
        }
        child.kill('SIGKILL');
        await end;
        kills++;
        checkDisk(name);
        if (kills >= KILLS) {
          expect(await ended(start(name, 2))).toBe(0);
          break;
        }
      }
      expect(readJsonl(outputs(name).jsonl)).toEqual({ reports: expected.reports, torn: '' });
      expect(digests(name)).toEqual(expected.pictures);
      expect(readdirSync(join(folder, name)).sort()).toEqual(['crops', 'faces.jsonl', 'overlay', 'sheets']);
      rmSync(join(folder, name), { recursive: true });
    }
    expect(kills).toBe(KILLS);
  },
  KILLS * PATIENCE,
);
