// Overlays and crops as encoded images: buffers and files.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidImageError, InvalidOptionError } from '../../src/errors.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { drawOverlay, writeOverlay } from '../../src/node/images/draw-overlay.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { decodeImage, readImage } from '../../src/node/images/image-file.js';
import { writeImage } from '../../src/node/images/write-image.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { overlayShapes } from '../../src/overlay/overlay-shapes.js';
import type { PixelImage } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

const image = noise(300, 200);
const face = faceIn(image);
const pixels = overlayRaster(image, overlayShapes([face], { width: 300, height: 200 })).data;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('an image that a format cannot hold is refused with its size', async () => {
  const image: PixelImage = { data: new Uint8Array(20000), width: 20000, height: 1, channelOrder: 'gray' };
  await expect(drawOverlay(image, [], 'webp')).rejects.toThrow(InvalidImageError);
  await expect(drawOverlay(image, [], 'webp')).rejects.toThrow(/20000 x 1/);
  await expect(encodeImage(null as never, 'png')).rejects.toThrow(InvalidImageError);
});

it('ends between two shapes when it is aborted', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  await expect(drawOverlay(image, [face], 'png', { signal })).rejects.toThrow('stop');
  await expect(drawOverlay(image, [face], 'png', { signal: 1 as never })).rejects.toMatchObject({ subject: 'signal' });
});

describe('drawOverlay', () => {
  it('PNG holds exactly the drawn pixels', async () => {
    const { data, format } = await decodeImage(await drawOverlay(image, [face], 'png'));
    expect(format.toLowerCase()).toBe('png');
    expect(Buffer.from(data).equals(Buffer.from(pixels))).toBe(true);
  });

  it.each(['jpeg', 'webp'] as const)('%s holds an image of the same size', async (format) => {
    const drawn = await decodeImage(await drawOverlay(image, [face], format));
    expect([drawn.format.toLowerCase(), drawn.width, drawn.height]).toEqual([format, 300, 200]);
  });

  it('SVG holds the untouched image below the shapes', async () => {
    const svg = Buffer.from(await drawOverlay(image, [face], 'svg', { indices: true, legend: true })).toString();
    const [, base64] = svg.match(/href="data:image\/png;base64,([^"]+)"/) ?? [];
    const { data } = await decodeImage(Buffer.from(base64, 'base64'));
    expect(Buffer.from(data).equals(Buffer.from(image.data))).toBe(true);
    expect(svg).toContain('class="index"');
    expect(svg).toContain('class="legend"');
  });
});

describe('writeOverlay', () => {
  it.each(['o.png', 'o.PNG', 'deep/down/o.png'])('%s', async (name) => {
    await writeOverlay(join(folder, name), image, [face]);
    expect(Buffer.from((await readImage(join(folder, name))).data).equals(Buffer.from(pixels))).toBe(true);
  });

  it('.jpg is jpeg, .svg is text', async () => {
    await writeOverlay(join(folder, 'o.jpg'), image, [face]);
    await writeOverlay(join(folder, 'o.svg'), image, [face]);
    expect([...readFileSync(join(folder, 'o.jpg')).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect(readFileSync(join(folder, 'o.svg'), 'utf8')).toMatch(/^<svg .*>/);
  });

  it('a crop comes back with red and blue in their places', async () => {
    await writeImage(join(folder, 'face.png'), imageFromTensor(face.crop, face.cropChannelOrder));
    const { data, width, height } = await readImage(join(folder, 'face.png'));
    expect([width, height]).toEqual([224, 224]);
    const at = (100 * 224 + 110) * 3;
    expect([...data.subarray(at, at + 3)]).toEqual(
      [2, 1, 0].map((channel) => face.crop.data[(100 * 224 + 110) * 3 + channel]),
    );
  });

  it.each(['o.bmp', 'o', 'png', 'o.svg.'])('refuses the name %s and writes nothing', async (name) => {
    await expect(writeOverlay(join(folder, name), image, [face])).rejects.toThrow(InvalidOptionError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has no SVG of a plain image', async () => {
    await expect(writeImage(join(folder, 'o.svg'), image)).rejects.toThrow(/\.png, \.jpeg, \.webp/);
  });
});
