// What the command's workers are sent, and what they leave to the main thread.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FinderOptions, loadFinder } from '../../src/cli/face-finder.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ImageDecodeError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { writeImage } from '../../src/node/images/write-image.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { threads } from '../support/pool-threads.js';

vi.mock('worker_threads', async (importActual) =>
  (await import('../support/pool-threads.js')).threadsThatCrash(importActual),
);

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-finder-'));
const path = join(folder, 'photo.png');
const { image } = drawScene({ seed: 7, width: 360, height: 300, faces: 2 });
beforeAll(async () => {
  await writeImage(path, image);
  writeFileSync(join(folder, 'text.png'), 'no image');
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (options: Partial<FinderOptions>) =>
  loadFinder({ networks: 'drawn-faces', overlayFormat: 'png', ...options });

describe('a finder with workers', () => {
  it('sends them names, so that they read and decode, whether or not pictures are wanted', async () => {
    const pictures = join(folder, 'pictures');
    for (const [options, files] of [
      [{}, []],
      [{ overlay: pictures }, ['photo.overlay.png']],
      [{ crops: pictures }, ['photo.face-1.png', 'photo.face-2.png', 'photo.overlay.png']],
    ] as const) {
      const finder = await load({ workers: 1, ...options });
      const { faces, image: info, pixels } = await finder.find(path, 'photo');
      expect(faces).toHaveLength(2);
      expect(info).toEqual({ name: path, width: 360, height: 300, decoder: 'sharp' });
      expect(pixels).toBeUndefined();
      expect(threads.at(-1)?.inputs).toEqual(['path']);
      await finder.close();
      if (files.length > 0) expect(readdirSync(pictures)).toEqual(files);
    }
  });

  it('tells of errors as without workers', async () => {
    const told = [];
    for (const workers of [undefined, 1]) {
      const finder = await load({ workers });
      const names = [join(folder, 'missing.png'), folder, join(folder, 'text.png')];
      const outcomes = await Promise.allSettled(names.map((name) => finder.find(name, 'stem')));
      told.push(outcomes.map((outcome) => outcome.status === 'rejected' && `${outcome.reason}`));
      await finder.close();
    }
    expect(told[0]).toEqual([
      expect.stringMatching(/^FileAccessError: .*ENOENT/),
      expect.stringMatching(/^FileAccessError: .*directory/),
      expect.stringMatching(/^ImageFormatError: Expected .* for the image but received text/),
    ]);
    expect(told[1]).toEqual(told[0]);
  });
});

describe('the pixels of a result', () => {
  it('are those that were decoded, from a detector and from a pool, and only there when asked for', async () => {
    const expected = await readImage(path);
    const detector = await FacialLandmarkDetector.load(DRAWN_FACES);
    const pool = await createPool({ ...DRAWN_FACES, workers: 1 });
    for (const target of [detector, pool]) {
      const { pixels, faces } = await target.detect(path, { withPixels: true });
      expect(faces).toHaveLength(2);
      expect(pixels).toMatchObject({ width: 360, height: 300, channelOrder: 'rgb' });
      expect(Buffer.from(pixels?.data ?? []).equals(Buffer.from(expected.data))).toBe(true);
      expect((await target.detect(path)).pixels).toBeUndefined();
      await expect(target.detect(path, { withPixels: true, maxPixels: 10 })).rejects.toThrow(ImageDecodeError);
    }
    // Raw pixels come back too: what was handed over is the caller's again.
    const given = { ...image, data: image.data.slice() };
    const { pixels } = await pool.detect(given, { withPixels: true, handOver: true });
    expect(given.data.byteLength).toBe(0);
    expect(Buffer.from(pixels?.data ?? []).equals(Buffer.from(image.data))).toBe(true);
    await Promise.all([detector.close(), pool.close()]);
  });
});
