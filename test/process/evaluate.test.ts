// `facial-lmk evaluate` as a user runs it, on drawn scenes whose faces are known.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene, type Scene } from '../../src/drawn-faces/draw-scene.js';
import type { BoxFigures, LandmarkFigures } from '../../src/evaluation/evaluation.js';
import { to300W, toJd106 } from '../../src/landmark106/convert.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { writeImage } from '../../src/node/images/write-image.js';
import type { Receipt } from '../../src/runtime/receipt.js';
import type { Point } from '../../src/types.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let folder: string;
let detector: FacialLandmarkDetector;

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

interface Result {
  networks: Receipt;
  images: number;
  boxes?: BoxFigures;
  landmarks: LandmarkFigures[];
  unlabelled: number;
  failed: { file: string; reason: string }[];
  faces: { image: string; bbox: number[]; score: number | null; errors?: Record<string, number> }[];
}

/** Runs the command with the networks for drawn faces. */
async function evaluate(name: string, ...options: string[]): Promise<Result & Awaited<ReturnType<typeof run>>> {
  const json = join(folder, 'results', `${name.replaceAll('/', '-')}.json`);
  const outcome = await run('evaluate', '--networks', 'drawn-faces', name, '--json', json, ...options);
  return { ...JSON.parse(readFileSync(json, 'utf8')), ...outcome };
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const rows = (points: readonly Point[], from = 0) => points.map(({ x, y }) => `${x + from} ${y + from}`);
const pts = (points: readonly Point[]) => ['version: 1', 'n_points: 68', '{', ...rows(points, 1), '}', ''].join('\n');
const jd = (points: readonly Point[]) => ['106', ...rows(toJd106(points))].join('\n');
const wider = (boxes: Scene['faces'][number]['box'][]) =>
  boxes.map(({ x1, y1, x2, y2 }) => `${x1} ${y1} ${x2 - x1} ${y2 - y1} 0 0 0 0 0 0`).join('\n');

const portrait = drawScene({ seed: 7, width: 480, height: 400, faces: 1, minSize: 200, maxRollDegrees: 20 });
const group = drawScene({ seed: 8, width: 900, height: 600, faces: 4, minSize: 90, maxRollDegrees: 20 });
const [sitter] = portrait.faces;

/** Mean distance of found points from true ones over the distance of two of the true ones. */
function expectedError(found: readonly Point[], truth: readonly Point[], left: number, right: number): number {
  const sum = truth.reduce((total, { x, y }, i) => total + Math.hypot(found[i].x - x, found[i].y - y), 0);
  return sum / truth.length / Math.hypot(truth[right].x - truth[left].x, truth[right].y - truth[left].y);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
  mkdirSync(join(folder, 'results'));
  detector = await FacialLandmarkDetector.load(DRAWN_FACES);
  await writeImage(join(folder, 'portrait.png'), portrait.image);
  await writeImage(join(folder, 'group.png'), group.image);
});

afterAll(async () => {
  await detector.close();
  rmSync(folder, { recursive: true, force: true });
});

const copy = (from: string, to: string) => write(to, readFileSync(join(folder, from)));

describe('evaluate: each kind of ground truth', () => {
  it('300-W points beside the photograph', async () => {
    copy('portrait.png', 'pts/portrait.png');
    write('pts/portrait.pts', pts(to300W(sitter.landmarks)));
    write('pts/readme.txt', 'About these photographs');
    const { code, stdout, networks, images, boxes, landmarks, faces } = await evaluate('pts', '--min-score', '0.4');
    expect({ code, images, boxes }).toEqual({ code: 0, images: 1, boxes: undefined });
    expect(networks).toMatchObject({ set: 'drawn-faces', options: { minScore: 0.4 } });

    const [face] = (await detector.detect(await readImage(join(folder, 'portrait.png')))).faces;
    const expected = expectedError(to300W(face.landmarksFloat), to300W(sitter.landmarks), 36, 45);
    expect(expected).toBeLessThan(0.02);
    const [{ points, recall, nme }] = landmarks;
    expect({ points, recall }).toEqual({ points: 68, recall: 1 });
    expect(nme?.all).toBeCloseTo(expected, 9);
    expect(faces).toMatchObject([{ image: 'pts/portrait.png', score: face.score }]);
    expect(stdout).toContain(`all points          ${expected.toFixed(4)}`);
  });

  it('JD-landmark points in a folder beside that of the photographs', async () => {
    copy('portrait.png', 'jd/picture/portrait.png');
    write('jd/landmark/portrait.png.txt', jd(sitter.landmarks));
    const { code, landmarks } = await evaluate('jd');
    const [face] = (await detector.detect(await readImage(join(folder, 'portrait.png')))).faces;
    const [{ points, recall, nme }] = landmarks;
    expect({ code, points, recall }).toEqual({ code: 0, points: 106, recall: 1 });
    expect(nme?.all).toBeCloseTo(expectedError(face.landmarksFloat, sitter.landmarks, 35, 93), 9);
  });

  it('WIDER FACE boxes, with one face that is not drawn and one drawn that is not labelled', async () => {
    copy('group.png', 'wider/WIDER_val/images/0--Group/group.png');
    copy('portrait.png', 'wider/WIDER_val/images/1--Alone/portrait.png');
    const boxes = group.faces.map(({ box }) => box);
    const nobody = { x1: 880, y1: 580, x2: 900, y2: 600 };
    write(
      'wider/wider_face_split/wider_face_val_bbx_gt.txt',
      `0--Group/group.png\n${boxes.length}\n${wider([...boxes.slice(1), nobody])}\n1--Alone/portrait.png\n1\n${wider([sitter.box])}\n`,
    );
    const { code, boxes: figures, landmarks, faces } = await evaluate('wider');
    const found = boxes.length;
    expect({ code, landmarks }).toEqual({ code: 0, landmarks: [] });
    expect(figures).toMatchObject({ images: 2, faces: found + 1, found, falsePositives: 1 });
    expect(figures?.recall).toBeCloseTo(found / (found + 1), 12);
    expect(figures?.precision).toBeCloseTo(found / (found + 1), 12);
    expect(faces.filter(({ score }) => score === null).map(({ bbox }) => bbox)).toEqual([[880, 580, 900, 600]]);
  });

  it('what detect prints: measured against itself everything is found and nothing is off', async () => {
    copy('group.png', 'own/group.png');
    copy('portrait.png', 'own/deep/portrait.png');
    for (const [format, file] of [
      ['--json', 'faces.json'],
      ['--jsonl', 'faces.jsonl'],
    ]) {
      const { stdout } = await run('detect', '--networks', 'drawn-faces', '--subpixel', format, 'own');
      write(`own/${file}`, stdout);
      const { code, boxes, landmarks } = await evaluate('own');
      rmSync(join(folder, 'own', file));
      const count = group.faces.length + 1;
      expect({ code, boxes }).toMatchObject({
        code: 0,
        boxes: { images: 2, faces: count, found: count, recall: 1, falsePositives: 0, averagePrecision: 1 },
      });
      expect(landmarks).toMatchObject([
        { points: 106, found: count, failureRate: 0, areaUnderCed: 1, nme: { all: 0 } },
      ]);
    }
  });
});

describe('evaluate --svg and --worst', () => {
  it('a curve, and a sheet of the worst with their names on standard output', async () => {
    copy('portrait.png', 'look/portrait.png');
    copy('group.png', 'look/group.png');
    const moved = sitter.landmarks.map(({ x, y }) => ({ x: x + 4, y }));
    write('look/portrait.pts', pts(to300W(moved)));
    write('look/group.json', JSON.stringify({ points: group.faces[0].landmarks.map(({ x, y }) => [x, y]) }));
    const files = ['--svg', 'out/ced.svg', '--worst', 'out/worst.png', '--worst-faces', '2'];
    const { code, stdout, faces } = await evaluate('look', ...files);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'out/ced.svg'), 'utf8')).toMatch(
      /^<svg .*>all 68 points, area .*all 106 points, /s,
    );
    const { width, height } = await readImage(join(folder, 'out/worst.png'));
    // Two pictures of 240 pixels with 8 around each, a label of 12 below.
    expect({ width, height }).toEqual({ width: 2 * 248 + 8, height: 240 + 12 + 16 + 8 });
    const [first, second] = faces
      .map(({ errors }) => errors?.all.toFixed(3))
      .sort()
      .reverse();
    expect(stdout).toMatch(new RegExp(`#1  ${first}  look/portrait.png\n#2  ${second}  look/group.png\n$`));
  });
});

describe('evaluate: one file that fails', () => {
  it('is named, and the others count', async () => {
    for (const name of ['good', 'cut', 'odd', 'twice', 'unknown', 'resized'])
      copy('portrait.png', `faults/${name}.png`);
    const truth = pts(to300W(sitter.landmarks));
    write('faults/good.pts', truth);
    write('faults/cut.pts', truth);
    write('faults/cut.png', readFileSync(join(folder, 'portrait.png')).subarray(0, 500));
    write('faults/odd.pts', truth.replace('}', ''));
    write('faults/twice.pts', truth);
    write('faults/twice.txt', jd(sitter.landmarks));
    write('faults/gone.pts', truth);
    const points = to300W(sitter.landmarks).map(({ x, y }) => [x, y]);
    write('faults/resized.json', JSON.stringify({ width: 960, height: 800, points }));
    const { code, images, landmarks, unlabelled, failed, stderr } = await evaluate('faults');
    expect({ code, images, unlabelled }).toEqual({ code: 1, images: 1, unlabelled: 2 });
    expect(landmarks).toMatchObject([{ faces: 1, found: 1 }]);
    const reasons = Object.fromEntries(failed.map(({ file, reason }) => [file, reason]));
    expect(reasons).toEqual({
      'faults/cut.png': expect.stringMatching(/^Expected .* for the image /),
      'faults/odd.pts': expect.stringMatching(/^Expected "}" for line 71 of odd.pts but received the end of the file/),
      'faults/twice.png': 'Expected one truth for the photograph but received twice.pts and twice.txt.',
      'faults/gone.pts': 'Expected photographs in the folder for gone.pts but received no file for 1 of 1.',
      'faults/resized.png':
        'Expected 960 x 800 pixels, as its ground truth says, for the photograph but received 480 x 400.',
    });
    for (const [file, reason] of Object.entries(reasons)) expect(stderr).toContain(`facial-lmk: ${file}: ${reason}`);
    expect(stderr).toContain('no ground truth for 2 of the photographs');
  });
});

describe('evaluate: wrong usage ends with 2 before any work', () => {
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('evaluate', '--networks', 'drawn-faces', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };

  it('no folder, no photographs, no ground truth', async () => {
    mkdirSync(join(folder, 'empty'));
    copy('portrait.png', 'bare/portrait.png');
    expect(await refused()).toMatch(/missing required argument 'folder'/);
    expect(await refused('nowhere')).toMatch(/a folder of photographs and their ground truth for nowhere/);
    expect(await refused('portrait.png')).toMatch(/a folder of photographs .* but received something else/);
    expect(await refused('empty')).toMatch(/a folder with images/);
    expect(await refused('bare')).toMatch(/Expected a folder with ground truth that can be read for the folder/);
  });

  it('a curve of landmarks where only boxes are labelled', async () => {
    copy('portrait.png', 'boxes/portrait.png');
    write('boxes/portrait.json', JSON.stringify({ faces: [{ bbox: [1, 2, 3, 4] }] }));
    expect(await refused('boxes', '--svg', 'boxes.svg')).toMatch(/ground truth with landmarks for --svg/);
    expect(existsSync(join(folder, 'boxes.svg'))).toBe(false);
  });
});
