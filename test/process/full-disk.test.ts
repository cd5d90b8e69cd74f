// Everything that a run writes, on disks that are really full at many places of it. FACIAL_LMK_DISKS=60 for more of them.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { linesOf, runCommand } from '../support/command.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { CAN_MOUNT, resizeDisk, WITHOUT_MOUNT, withDisk } from '../support/full-disk.js';

const DISKS = Number(process.env.FACIAL_LMK_DISKS ?? 5);
const IMAGES = 8;
/** Kilobytes on which the whole run fits. */
const ENOUGH = 1024;

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-full-'));
const disk = join(folder, 'disk');
beforeAll(async () => {
  mkdirSync(join(folder, 'photos'));
  const { image } = drawScene({ seed: 3, width: 240, height: 200, faces: 1, minSize: 60 });
  const picture = await encodeImage(image, 'png');
  for (let i = 0; i < IMAGES; i++) writeFileSync(join(folder, 'photos', `${i}.png`), picture);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const detect = (...more: string[]) => {
  const written = ['--jsonl', 'disk/faces.jsonl', '--overlay', 'disk/overlay', '--crops', 'disk/crops'];
  const options = ['--networks', 'drawn-faces', '--detector-side', '160'];
  return runCommand(folder, ['detect', 'photos', ...written, ...options, ...more]);
};
const names = (kind: string) => readdirSync(join(disk, kind)).sort();
const pictures = (end: string) => Array.from({ length: IMAGES }, (_, i) => `${i}.${end}`);

describe.skipIf(!CAN_MOUNT)(`a disk that is full${WITHOUT_MOUNT}`, () => {
  let full = 0;
  const sizes = Array.from({ length: DISKS }, (_, i) => 4 + Math.round((i * 300) / DISKS));

  it.each(sizes)('of %i kB: an error that says so, nothing half written, and --resume completes it', async (size) => {
    await withDisk(disk, `${size}k`, async () => {
      const first = await detect();
      if (first.code !== 0) {
        full++;
        expect(first.code).toBe(1);
        expect(first.stderr).toContain('a full disk (ENOSPC)');
      }
      expect(readdirSync(disk, { recursive: true }).filter((name) => /\.(part|lock)$/.test(String(name)))).toEqual([]);
      resizeDisk(disk, `${ENOUGH}k`);
      expect(await detect('--resume')).toMatchObject({ code: 0, stdout: '' });
      const lines = linesOf(readFileSync(join(disk, 'faces.jsonl'), 'utf8')).map((line) => JSON.parse(line).image);
      expect(lines.sort()).toEqual(pictures('png').map((name) => join('photos', name)));
      expect(names('overlay')).toEqual(pictures('overlay.png'));
      expect(names('crops')).toEqual(pictures('face-1.png'));
      const sizesOf = new Set(
        ['overlay', 'crops'].flatMap((kind) => names(kind).map((name) => readFileSync(join(disk, kind, name)).length)),
      );
      // Every overlay is the same picture, and every crop.
      expect(sizesOf.size).toBe(2);
    });
  });

  it('was reached', () => {
    expect(full).toBeGreaterThan(0);
  });

  it('takes no half of a merged model', async () => {
    await withDisk(disk, '64k', async () => {
      const { detector, landmarker } = DRAWN_FACES;
      const args = ['merge', '--detector', detector, '--landmarker', landmarker, '-o', 'disk/model.onnx'];
      const { code, stderr } = await runCommand(folder, args);
      expect(code).toBe(1);
      expect(stderr).toContain('a full disk (ENOSPC)');
      expect(readdirSync(disk)).toEqual([]);
    });
  });
});
