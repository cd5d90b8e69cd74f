import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import type { Bench } from './bench.js';

const CHILD = fileURLToPath(new URL('./decode-peak.mjs', import.meta.url));
const SIDE = 4000;

/** Noise, which compresses worst, as three samples a pixel. */
function noise(side: number): Sharp {
  const data = new Uint8Array(3 * side * side);
  for (let i = 0, state = 1; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    data[i] = state >> 16;
  }
  return sharp(data, { raw: { width: side, height: side, channels: 3 } });
}

const deep = (image: Sharp) => image.ensureAlpha().toColourspace('rgb16');

/** The kinds of files that take most, and the ordinary ones. */
const KINDS: Record<string, (image: Sharp) => Sharp> = {
  JPEG: (image) => image.jpeg(),
  'JPEG, turned': (image) => image.withMetadata({ orientation: 6 }).jpeg(),
  'JPEG, progressive, 4:4:4': (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'JPEG, CMYK': (image) => image.toColourspace('cmyk').jpeg(),
  'PNG, 8 bits': (image) => image.png({ compressionLevel: 1 }),
  'PNG, 16 bits, alpha': (image) => deep(image).png({ compressionLevel: 1 }),
  'PNG, 16 bits, alpha, interlaced': (image) => deep(image).png({ compressionLevel: 1, progressive: true }),
  WebP: (image) => image.webp({ effort: 0 }),
  'TIFF, LZW': (image) => image.tiff({ compression: 'lzw' }),
  AVIF: (image) => image.avif({ effort: 0 }),
};

/** What decoding takes for each pixel, in a process of its own. `imageMemory` reckons with the most. */
export const benchDecoderMemory: Bench = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-bench-'));
  const warmUp = join(folder, 'small.png');
  await noise(16).png().toFile(warmUp);
  const lines: string[] = [];
  for (const [name, encode] of Object.entries(KINDS)) {
    const path = join(folder, 'image');
    await encode(noise(SIDE)).toFile(path);
    const taken = ['sharp', 'jimp'].map(async (decoder) => {
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, path, warmUp, decoder]);
      return `${decoder} ${(Number(stdout) / SIDE ** 2).toFixed(1)}`;
    });
    const ends = await Promise.allSettled(taken);
    lines.push(`${name}: ${ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])).join(', ')}`);
  }
  await rm(folder, { recursive: true });
  return [{ title: `Bytes a pixel of decoding ${SIDE} x ${SIDE} noise`, rows: [], note: `${lines.join('; ')}.` }];
};
