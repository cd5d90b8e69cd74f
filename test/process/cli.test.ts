// The built command as a user runs it, on drawn scenes with the networks for drawn faces.
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultJson } from '../../src/detector/result-to-json.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { writeImage } from '../../src/node/images/write-image.js';
import { linesOf, runCommand, startCommand, WITHOUT_SHARP } from '../support/command.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

let folder: string;

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  startCommand(folder, args, { ...process.env, ...env });
const run = (args: readonly string[], input?: Uint8Array) => runCommand(folder, args, { input });
const detect = (...args: string[]) => run(['detect', '--networks', 'drawn-faces', ...args]);
/** Field 100 of the outermost message, which every reader of ONNX files passes over: other bytes, the same network. */
const UNKNOWN_FIELD = Uint8Array.of(0xa0, 0x06, 1);
const reports = (jsonl: string) => linesOf(jsonl).map((line) => JSON.parse(line) as ResultJson);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
  const { image } = drawScene({ seed: 3, width: 640, height: 480, faces: 3 });
  await writeImage(join(folder, 'scene.png'), image);
  await writeImage(join(folder, 'photos/b.png'), drawScene({ seed: 4, width: 500, height: 600, faces: 1 }).image);
  await writeImage(join(folder, 'photos/a.png'), image);
  await writeImage(
    join(folder, 'photos/deep/scene.png'),
    drawScene({ seed: 5, width: 480, height: 320, faces: 2 }).image,
  );
  await writeImage(join(folder, 'odd, "name".png'), image);
  const gray = new Uint8Array(64 * 48).fill(128);
  await writeImage(join(folder, 'nobody.png'), { data: gray, width: 64, height: 48, channelOrder: 'gray' });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'photos/notes.txt'), 'not an image by its name');
  writeFileSync(join(folder, 'text.jpg'), 'a text file with the name of a picture\n');
  writeFileSync(join(folder, 'cut.png'), readFileSync(join(folder, 'scene.png')).subarray(0, 900));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('detect: JSON and CSV', () => {
  it('says where heads are turned to, and how far eyes and mouth are open, where that is asked for', async () => {
    const { stdout } = await detect('scene.png', '--jsonl', '--attributes');
    const [{ faces }] = reports(stdout);
    expect(faces).toHaveLength(3);
    for (const { attributes } of faces) expect(attributes).toHaveProperty('pose');
    expect(faces[0].attributes?.eyeOpenness.left).toBeGreaterThan(0);
  });

  it('is what the library finds, integers, in the documented shape', async () => {
    const { code, stdout, stderr } = await detect('scene.png');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [report, ...others] = JSON.parse(stdout) as ResultJson[];
    expect(others).toEqual([]);

    const detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
    const result = await detector.detect(join(folder, 'scene.png'), { name: 'scene.png' });
    await detector.close();
    expect(result.faces.length).toBeGreaterThan(0);
    expect(report).toEqual({
      image: 'scene.png',
      width: 640,
      height: 480,
      decoder: result.image.decoder,
      faces: result.faces.map((face) => faceToJson(face)),
      timings: { decode: expect.any(Number), analyze: expect.any(Number) },
      networks: result.networks,
    });
    expect(report.networks).toMatchObject({ set: 'drawn-faces', licence: 'MIT', options: { minScore: 0.5 } });
    const { bbox, keypoints, landmarks } = report.faces[0];
    expect([...bbox, ...keypoints.flat(), ...landmarks.flat()].every(Number.isInteger)).toBe(true);
  });

  it('--subpixel gives landmarks that truncate to the integers', async () => {
    const [{ faces: floats }] = reports((await detect('scene.png', '--jsonl', '--subpixel')).stdout);
    const [{ faces: integers }] = reports((await detect('scene.png', '--jsonl')).stdout);
    const points = (faces: ResultJson['faces']) => faces.flatMap(({ landmarks }) => landmarks.flat());
    expect(points(floats).some((value) => !Number.isInteger(value))).toBe(true);
    expect(points(floats).map(Math.trunc)).toEqual(points(integers));
  });

  it('--csv has one line for each face, and one for an image without any; names quoted', async () => {
    const { code, stdout } = await detect('odd, "name".png', 'nobody.png', '--csv');
    expect(code).toBe(0);
    const [{ faces }] = reports((await detect('odd, "name".png', '--jsonl')).stdout);
    const [header, ...rows] = linesOf(stdout);
    expect(header.split(',')).toHaveLength(4 + 2 + 4 + 10 + 212 + 6);
    expect(header).toMatch(
      /^image,width,height,decoder,face,score,x1,y1,x2,y2,leftEye_x,.*,landmark105_y,a,b,tx,c,d,ty$/,
    );
    expect(rows).toHaveLength(faces.length + 1);
    const nobody = rows.pop()?.split(',') ?? [];
    expect(nobody.slice(0, 5)).toEqual(['nobody.png', '64', '48', expect.stringMatching(/sharp|jimp/), '']);
    expect(nobody.slice(4)).toEqual(
      header
        .split(',')
        .slice(4)
        .map(() => ''),
    );
    rows.forEach((row, i) => {
      const start = `"odd, ""name"".png",640,480,`;
      expect(row.startsWith(start)).toBe(true);
      const [decoder, face, score, x1] = row.slice(start.length).split(',');
      expect([decoder, Number(face), Number(score), Number(x1)]).toEqual([
        expect.stringMatching(/sharp|jimp/),
        i,
        faces[i].score,
        faces[i].bbox[0],
      ]);
      expect(Number(row.split(',').at(-1))).toBe(faces[i].matrix[1][2]);
    });
  });

  it('no face gives an empty list, and a hint what to try', async () => {
    const { code, stdout, stderr } = await detect('nobody.png', '--jsonl');
    expect(code).toBe(0);
    expect(linesOf(stderr)).toEqual([expect.stringMatching(/no face was found.*--min-score.*--detector-side/)]);
    expect((await detect('nobody.png', 'scene.png')).stderr).toBe('');
    expect(reports(stdout)).toMatchObject([{ image: 'nobody.png', width: 64, height: 48, faces: [] }]);
  });

  it('options reach the pipeline', async () => {
    const [{ faces }] = reports((await detect('scene.png', '--jsonl')).stdout);
    expect(faces.length).toBeGreaterThan(1);
    const [limited] = reports((await detect('scene.png', '--jsonl', '--max-faces', '1')).stdout);
    expect(limited.faces.map(({ bbox }) => bbox)).toEqual([faces[0].bbox]);
    const [strict] = reports((await detect('scene.png', '--jsonl', '--min-score', '1')).stdout);
    expect(strict.faces).toEqual([]);
    const [{ decoder }] = reports((await detect('scene.png', '--jsonl', '--decoder', 'jimp')).stdout);
    expect(decoder).toBe('jimp');
  });
});

describe('detect: images', () => {
  const names = (stdout: string) => reports(stdout).map(({ image }) => image);

  it('come in the order of the arguments, folders and patterns sorted, all levels', async () => {
    const { code, stdout } = await detect('scene.png', 'photos', '*.png', '--jsonl');
    // cut.png fits the pattern and fails.
    expect(code).toBe(1);
    const inFolder = ['photos/a.png', 'photos/b.png', 'photos/deep/scene.png'];
    expect(names(stdout)).toEqual(['scene.png', ...inFolder, 'nobody.png', 'odd, "name".png', 'scene.png']);
  });

  it('come from links to files, never through links to folders', async () => {
    mkdirSync(join(folder, 'linked'));
    symlinkSync('../scene.png', join(folder, 'linked/link.png'));
    symlinkSync('..', join(folder, 'linked/round.png'));
    symlinkSync('../photos', join(folder, 'linked/photos'));
    const { code, stdout } = await detect('linked', '--jsonl');
    expect(code).toBe(0);
    expect(names(stdout)).toEqual(['linked/link.png']);
  });

  it('a note counts the files of a folder that are no images', async () => {
    const { code, stderr } = await detect('photos', '--jsonl');
    expect(code).toBe(0);
    expect(stderr).toBe(
      'facial-lmk: passed over in folders: .txt (1). A file given as an argument is read whatever its ending.\n',
    );
  });

  it('come from standard input', async () => {
    const bytes = readFileSync(join(folder, 'scene.png'));
    const { code, stdout } = await run(['detect', '-', '--networks', 'drawn-faces', '--jsonl'], bytes);
    expect(code).toBe(0);
    const [fromFile] = reports((await detect('scene.png', '--jsonl')).stdout);
    expect(reports(stdout)).toEqual([{ ...fromFile, image: '-', timings: expect.anything() }]);
  });

  it.each([
    ['text.jpg', /text/],
    ['cut.png', /damaged, cut off/],
    ['missing.png', /Check the spelling/],
    ['empty', /folder with images/],
    ['*.webp', /pattern/],
  ])('a bad one (%s) is reported in one line, the others are done', async (bad, reason) => {
    const { code, stdout, stderr } = await detect('scene.png', bad, 'nobody.png', '--jsonl');
    expect(code).toBe(1);
    expect(names(stdout)).toEqual(['scene.png', 'nobody.png']);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr.startsWith(`facial-lmk: ${bad}: Expected `)).toBe(true);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\.[jt]s:\d/);
  });

  it('all bad still print the empty JSON', async () => {
    const { code, stdout } = await detect('text.jpg', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('--verbose shows where it failed', async () => {
    expect((await detect('text.jpg', '--verbose')).stderr).toMatch(/^ {2}\w+Error: Expected [\s\S]*\.js:\d+/m);
  });
});

describe('detect: networks', () => {
  /** What a command says on standard error alone, before anything else. */
  const announced = async (args: readonly string[], env?: Record<string, string>) => {
    const child = start(args, env);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stdout).not.toContain('networks mediapipe');
    return linesOf(stderr)[0];
  };

  it('are named with their licence, in one line on standard error', async () => {
    expect(await announced(['detect', 'nobody.png'])).toBe('facial-lmk: networks mediapipe, licence Apache-2.0');
    expect(await announced(['detect', 'nobody.png', '--networks', 'drawn-faces'])).toBe(
      'facial-lmk: networks drawn-faces, licence MIT',
    );
    mkdirSync(join(folder, 'mine'));
    for (const [from, to] of [
      [DRAWN_FACES.detector, 'det_mine.onnx'],
      [DRAWN_FACES.landmarker, '2d106det.onnx'],
    ]) {
      writeFileSync(join(folder, 'mine', to), Buffer.concat([readFileSync(from), UNKNOWN_FIELD]));
    }
    const custom = `facial-lmk: networks ${join(folder, 'mine', 'det_mine.onnx')} and ${join(folder, 'mine', '2d106det.onnx')}, licence unknown`;
    expect(await announced(['detect', 'nobody.png', '--networks', 'mine'])).toBe(custom);
    expect(await announced(['detect', 'nobody.png'], { FACIAL_LMK_MODELS: join(folder, 'mine') })).toBe(custom);
  });

  it.each(['merge', 'parity', 'detect'])('%s refuses by name what may not be used in products', async (command) => {
    const rest = { merge: ['-o', 'refused.onnx'], parity: [], detect: ['scene.png'] }[command] as string[];
    const { code, stderr } = await run([command, '--networks', 'insightface', '--licence', 'commercial', ...rest]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^facial-lmk: Expected .* the set "insightface": non-commercial .*Use the set "mediapipe"/);
    expect(existsSync(join(folder, 'refused.onnx'))).toBe(false);
  });

  it.each(['serve', 'evaluate'])('%s refuses them too', async (command) => {
    mkdirSync(join(folder, 'labelled'), { recursive: true });
    copyFileSync(join(folder, 'nobody.png'), join(folder, 'labelled/nobody.png'));
    writeFileSync(join(folder, 'labelled/nobody.jsonl'), JSON.stringify({ image: 'nobody.png', faces: [] }));
    const rest = command === 'serve' ? ['--port', '0'] : ['labelled'];
    const { code, stderr } = await run([command, '--networks', 'insightface', '--licence', 'commercial', ...rest]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('the set "insightface"') });
  });
});

describe('facial-lmk parity', () => {
  const { detector, landmarker } = DRAWN_FACES;

  it('without arguments compares the built-in networks on a painting', async () => {
    const { code, stdout, stderr } = await run(['parity']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/mona-lisa\.jpg: 1 faces\n$/) });
    expect(stdout).toMatch(/^align_imgs +150528 +100\.0000 % +0 +identical$/m);
    expect(stdout).toMatch(/^lmks +212 +100\.0000 % +0 +identical$/m);
  });

  const networks = ['--detector', detector, '--landmarker', landmarker];

  it('compares every element with a merged model, and says when there was nothing to compare', async () => {
    expect((await run(['merge', ...networks, '-o', 'merged.onnx'])).code).toBe(0);
    const compare = (...images: string[]) => run(['parity', '--merged', 'merged.onnx', ...networks, ...images]);
    const scenes = await compare();
    expect(scenes.code).toBe(0);
    expect(scenes.stdout).toMatch(/^align_imgs +\d{6,} +100\.0000 % +0 +identical$/m);
    const nobody = await compare('nobody.png');
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toMatch(/^lmks +0 +- +0 +nothing to compare$/m);
    expect(nobody.stderr).toMatch(/nothing was compared/);
  });

  it('ends with 1 when elements differ, and with 2 without a merged model', async () => {
    await run(['merge', ...networks, '--landmark-channel-order', 'rgb', '-o', 'other.onnx']);
    const { code, stdout } = await run(['parity', '--merged', 'other.onnx', ...networks, 'scene.png']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^lmks .*\[\d+\] expected -?\d+, received -?\d+$/m);
    expect((await run(['parity', '--merged', 'missing.onnx', ...networks])).code).toBe(2);
  });
});

describe('detect: --overlay, --sheets and --crops', () => {
  it('lie in folders as the images do, whatever else is found beside them', async () => {
    for (const [images, out] of [
      ['photos', 'from-folder'],
      ['photos/**/*.png', 'from-pattern'],
    ]) {
      const { stdout } = await detect(images, '--jsonl', '--sheets', out);
      const stems = reports(stdout).map(({ image }) => image.slice('photos/'.length, -'.png'.length));
      expect(stems).toContain('deep/scene');
      expect(stems.filter((stem) => existsSync(join(folder, out, `${stem}.sheet.png`)))).toEqual(stems);
    }
  });

  it('overlay, sheet and crops under names of their own, nothing half-written', async () => {
    const args = ['scene.png', 'photos/deep/scene.png', '--jsonl', '--overlay', 'o', '--sheets', 'o', '--crops', 'c'];
    const { code, stdout, stderr } = await detect(...args, '--crop-template', 'arcface');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, second] = reports(stdout);
    const stems = ['scene', 'scene-2'];
    const crops = [first, second].flatMap(({ faces }, i) => faces.map((_, k) => `${stems[i]}.face-${k + 1}.png`));
    expect(readdirSync(join(folder, 'c')).sort()).toEqual(crops.sort());
    expect(readdirSync(join(folder, 'o')).sort()).toEqual(
      stems.flatMap((stem) => [`${stem}.overlay.png`, `${stem}.sheet.png`]).sort(),
    );
    expect(await readImage(join(folder, 'c/scene.face-1.png'))).toMatchObject({ width: 112, height: 112 });
    const overlay = await readImage(join(folder, 'o/scene-2.overlay.png'));
    expect(overlay).toMatchObject({ width: 480, height: 320 });
    expect(overlay.data).not.toEqual((await readImage(join(folder, 'photos/deep/scene.png'))).data);
  });

  it.each(['jpeg', 'webp', 'svg'])('overlay as %s', async (format) => {
    const { code } = await detect(
      'scene.png',
      '--overlay',
      `o-${format}`,
      '--overlay-format',
      format,
      '--indices',
      '--legend',
    );
    expect(code).toBe(0);
    const bytes = readFileSync(join(folder, `o-${format}`, `scene.overlay.${format}`));
    if (format !== 'svg')
      expect((await readImage(join(folder, `o-${format}/scene.overlay.${format}`))).width).toBe(640);
    else
      expect(bytes.toString()).toMatch(
        /^<svg [\s\S]*data:image\/png;base64,[\s\S]*>105<\/text>[\s\S]*>mouth<\/text>[\s\S]*<\/svg>\n$/,
      );
  });

  it('a folder that cannot be written fails the image, not the program', async () => {
    const { code, stderr } = await detect('scene.png', '--overlay', 'text.jpg/o');
    expect(code).toBe(1);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/^facial-lmk: scene\.png: Expected /);
  });
});

describe('facial-lmk: usage', () => {
  it.each([
    [[]],
    [['detect']],
    [['detekt', 'scene.png']],
    [['detect', 'scene.png', '--no-such-option']],
    [['detect', 'scene.png', '--json', '--csv']],
    [['detect', 'scene.png', '--networks', '']],
    [['detect', 'scene.png', '--networks', 'insightfase']],
    [['detect', 'scene.png', '--networks', 'insightface', '--licence', 'commercial']],
    [['detect', 'scene.png', '--licence', 'private']],
    [['detect', 'scene.png', '--min-score', 'high']],
    [['detect', 'scene.png', '--min-score', 'NaN']],
    [['detect', 'scene.png', '--min-score', '']],
    [['detect', 'scene.png', '--min-score', '-0.1']],
    [['detect', 'scene.png', '--iou-threshold', '1.1']],
    [['detect', 'scene.png', '--max-faces', '0']],
    [['detect', 'scene.png', '--max-faces', '1.5']],
    [['detect', 'scene.png', '--detector-side', '-640']],
    [['detect', 'scene.png', '--crop-size', '0']],
    [['detect', 'scene.png', '--decoder', 'paint']],
    [['detect', 'scene.png', '--overlay-format', 'bmp', '--overlay', 'o']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--detector-side', '100']],
    [['detect', 'scene.png', '--networks', 'empty']],
    [['detect', 'scene.png', '--detector', 'text.jpg', '--landmarker', 'text.jpg']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--overlay', '--crops', 'o']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--overlay', '']],
    [['detect', 'scene.png', '--networks', '']],
    [['models', 'list', '--dir', '--json']],
    [['merge', '--detector', 'a.onnx', '--landmarker', 'b.onnx', '--output', ' ']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--indices']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--legend']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--overlay-format', 'svg']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--overlay', 'o', '--crop-size', '100']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--crop-template', 'arcface']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--crop-margin', '0']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--jsonl', '--resume']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--jsonl', 'faces.txt']],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--jsonl', '']],
  ])('%j ends with 2, words on standard error and nothing on standard output', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/\.[jt]s:\d/);
  });

  it('of a run into a file leaves no file that the next one would have to resume', async () => {
    const wrong = [
      ['--detector-side', '100'],
      ['--networks', 'empty'],
      ['--detector', 'text.jpg'],
    ];
    for (const options of wrong) {
      const networks = options[0] === '--detector-side' ? ['--networks', 'drawn-faces'] : [];
      const { code } = await run(['detect', 'scene.png', ...networks, '--jsonl', 'wrong.jsonl', ...options]);
      expect(code).toBe(2);
      expect(readdirSync(folder).filter((name) => name.startsWith('wrong'))).toEqual([]);
    }
  });

  it('without sharp, what only sharp does is refused before any image is analysed', async () => {
    for (const options of [
      ['--overlay', 'never', '--overlay-format', 'webp'],
      ['--decoder', 'sharp'],
    ]) {
      const args = ['detect', 'scene.png', 'nobody.png', '--networks', 'drawn-faces', ...options];
      const { code, stdout, stderr } = await runCommand(folder, args, { env: WITHOUT_SHARP });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(linesOf(stderr)).toEqual([expect.stringMatching(/received "(webp|sharp)".*npm install sharp/)]);
    }
    expect(existsSync(join(folder, 'never'))).toBe(false);
    const { stdout } = await runCommand(folder, ['detect', 'scene.png', '--networks', 'drawn-faces'], {
      env: WITHOUT_SHARP,
    });
    expect(JSON.parse(stdout)[0].decoder).toBe('jimp');
  });

  it.each([
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--detector-side', '100'], /for --detector-side but/],
    [['detect', 'scene.png', '--networks', 'drawn-faces', '--max-pixels', '1000'], /raise --max-pixels/],
    [['detect', 'scene.png', '--networks', 'insightface'], /as --detector,/],
    [['models', 'fetch', 'yunet', '--dir', 'scene.png/models', '--offline'], /as --dir,/],
  ])('%j speaks of flags, not of the options of the library', async (args, expected) => {
    const env = { ...process.env, HOME: folder, XDG_CACHE_HOME: folder };
    const { code, stderr } = await runCommand(folder, args, { env });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(expected);
  });

  it('without networks it says how to get them', async () => {
    const { stderr } = await run(['detect', 'scene.png', '--networks', 'empty']);
    expect(stderr).toMatch(/facial-lmk models fetch/);
  });

  it.each([[['--help']], [['detect', '--help']], [['models', '--help']], [['--version']]])(
    '%j ends with 0',
    async (args) => {
      const { code, stdout, stderr } = await run(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toBe('');
    },
  );

  it('a reader that stops reading is no failure', async () => {
    const child = start(['detect', 'photos/**/*.png', 'photos/**/*.png', '--networks', 'drawn-faces', '--jsonl']);
    const errors = text(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(linesOf(await errors)).toHaveLength(1);
  });
});
