// The commands that write pictures of faces, as a user runs them.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import { linesOf, runCommand, WITHOUT_SHARP } from '../support/command.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { exifWithPreviews } from '../support/exif.js';
import { withExif } from '../support/image-samples.js';

let folder: string;
let preview: Buffer;
const run = (...args: string[]) => runCommand(folder, [args[0], '--networks', 'drawn-faces', ...args.slice(1)]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-pictures-'));
  const { image } = drawScene({ seed: 3, width: 640, height: 480, faces: 3 });
  const raw = { width: 640, height: 480, channels: 3 } as const;
  const jpeg = await sharp(image.data, { raw }).rotate(270).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
  preview = await sharp(image.data, { raw }).resize(64).jpeg().toBuffer();
  writeFileSync(join(folder, 'scene.jpg'), withExif(jpeg, exifWithPreviews(preview)));
  writeFileSync(join(folder, 'scene.gif'), await sharp(image.data, { raw }).gif().toBuffer());
  mkdirSync(join(folder, 'same'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Any part of it: a preview may be moved, not changed. */
const showsPreview = (file: Buffer) => file.includes(preview.subarray(preview.length / 2, preview.length / 2 + 32));

describe('anonymize', () => {
  it('covers every face, keeps the colour profile, drops all that tells of the original, and leaves that as it is', async () => {
    const before = readFileSync(join(folder, 'scene.jpg'));
    expect(showsPreview(before)).toBe(true);
    const { code, stdout, stderr } = await run('anonymize', 'scene.jpg', '--output', 'out');
    expect({ code, stdout: linesOf(stdout) }).toEqual({ code: 0, stdout: [join(folder, 'out/scene.anonymized.jpg')] });
    expect(stderr).toContain('3 faces covered in 1 images');
    const written = readFileSync(join(folder, 'out/scene.anonymized.jpg'));
    const [old, now] = await Promise.all([before, written].map((file) => sharp(file).metadata()));
    expect(now.icc?.equals(old.icc as Buffer)).toBe(true);
    expect(now.exif).toBeUndefined();
    expect(showsPreview(written)).toBe(false);
    expect(readFileSync(join(folder, 'scene.jpg')).equals(before)).toBe(true);
    await using detector = await FacialLandmarkDetector.load(DRAWN_FACES);
    expect((await detector.detect(before)).faces).toHaveLength(3);
    expect((await detector.detect(written)).faces).toHaveLength(0);
  });

  it('looks for faces thoroughly: also in a picture that is upside down without saying so', async () => {
    writeFileSync(join(folder, 'turned.png'), await sharp(SAMPLE_PICTURE).rotate(180).png().toBuffer());
    const turned = ['anonymize', '--networks', 'mediapipe', 'turned.png', '--output', 'turned'];
    expect((await runCommand(folder, turned)).stderr).toContain('1 faces covered in 1 images');
    const once = await runCommand(folder, [...turned, '--recall', 'reference']);
    expect(once.stderr).toContain('0 faces covered in 1 images');
  });

  it('keeps EXIF where it is asked for, but no picture in it, and no orientation: the pixels are upright', async () => {
    await run('anonymize', 'scene.jpg', '--output', 'kept', '--keep-metadata', '--method', 'fill');
    const written = readFileSync(join(folder, 'kept/scene.anonymized.jpg'));
    const { exif, orientation, width, height } = await sharp(written).metadata();
    expect(exif?.includes('somebody')).toBe(true);
    expect(showsPreview(written)).toBe(false);
    expect({ turned: (orientation ?? 1) !== 1, width, height }).toEqual({ turned: false, width: 640, height: 480 });
  });

  it('writes PNG for what cannot be written, and works without sharp', async () => {
    const args = ['anonymize', '--networks', 'drawn-faces', 'scene.gif', '--output', 'plain'];
    const { code } = await runCommand(folder, args, { env: WITHOUT_SHARP });
    expect({ code, files: readdirSync(join(folder, 'plain')) }).toEqual({ code: 0, files: ['scene.anonymized.png'] });
  });

  it('never writes over an image of the run', async () => {
    copyFileSync(join(folder, 'scene.jpg'), join(folder, 'same/a.jpg'));
    copyFileSync(join(folder, 'scene.jpg'), join(folder, 'same/a.anonymized.jpg'));
    const again = await run('anonymize', 'same', '--output', 'same');
    // Named as a picture of an earlier run, it is taken for one.
    expect({ code: again.code, lines: linesOf(again.stdout).length }).toEqual({ code: 0, lines: 1 });
    const wrong = await run('anonymize', 'same/a.jpg');
    expect(wrong.code).toBe(2);
  });
});

describe('crop', () => {
  it.each([
    ['avatar', 256, 256],
    ['arcface', 112, 112],
    ['passport', 827, 1063],
  ])('writes a picture of each face: %s', async (style, width, height) => {
    const { code, stdout } = await run('crop', 'scene.jpg', '--output', style, '--style', style);
    const files = linesOf(stdout);
    expect({ code, files: files.length }).toEqual({ code: 0, files: 3 });
    const picture = readFileSync(join(folder, style, `scene.${style}-1.jpg`));
    const metadata = await sharp(picture).metadata();
    expect({ width: metadata.width, height: metadata.height, exif: metadata.exif }).toEqual({
      width,
      height,
      exif: undefined,
    });
    expect(metadata.icc).toBeDefined();
    expect(showsPreview(picture)).toBe(false);
  });

  it('refuses an unknown style', async () => {
    expect((await run('crop', 'scene.jpg', '--output', 'x', '--style', 'mugshot')).code).toBe(2);
  });
});
