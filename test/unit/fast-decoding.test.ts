// `decode: 'fast'`: what is made smaller, and by how much.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/node/images/image-file.js';
import type { PixelImage } from '../../src/types.js';
import { colourPattern } from '../support/pattern.js';

const fast = { decode: 'fast' } as const;

/** A photograph-like picture of any size: nothing in it is finer than 16 pixels. */
const picture = (width: number, height: number) =>
  sharp(colourPattern(Math.ceil(width / 16), Math.ceil(height / 16)), {
    raw: { width: Math.ceil(width / 16), height: Math.ceil(height / 16), channels: 3 },
  }).resize(width, height, { fit: 'fill', kernel: 'cubic' });

const jpeg = (width: number, height: number) => picture(width, height).jpeg({ quality: 95 }).toBuffer();

describe('decodeImage with `decode: "fast"`', () => {
  it.each([
    [3840, 200, 2],
    [3839, 201, 2],
    [201, 3841, 2],
    [7679, 203, 4],
    [9000, 100, 4],
    [15360, 100, 8],
  ])('makes a JPEG of %i x %i smaller by %i', async (width, height, factor) => {
    const { data, fullSize, ...image } = await decodeImage(await jpeg(width, height), { ...fast, decoder: 'sharp' });
    expect(fullSize).toEqual({ width, height });
    expect(image).toMatchObject({ width: Math.ceil(width / factor), height: Math.ceil(height / factor) });
    expect(data.length).toBe(image.width * image.height * 3);
  });

  it.each([
    ['a JPEG below 3839 pixels', () => jpeg(3838, 100), 'auto'],
    ['a PNG', () => picture(4000, 100).png().toBuffer(), 'auto'],
    ['a JPEG that jimp decodes', () => jpeg(4000, 100), 'jimp'],
  ] as const)('leaves %s as it is', async (_, encode, decoder) => {
    const bytes = await encode();
    const { data, ...rest } = await decodeImage(bytes, { ...fast, decoder });
    const { data: expected, ...others } = await decodeImage(bytes, { decoder });
    expect(rest).toStrictEqual(others);
    expect(Buffer.compare(new Uint8Array(data), new Uint8Array(expected))).toBe(0);
  });

  it('gives the size of a turned image upright', async () => {
    const turned = await picture(4000, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { width, height, fullSize } = await decodeImage(turned, fast);
    expect({ width, height, fullSize }).toEqual({ width: 100, height: 2000, fullSize: { width: 200, height: 4000 } });
  });

  it('shows the picture where it was: mean error to the average of the pixels below 2', async () => {
    const bytes = await jpeg(8000, 400);
    const [small, whole] = [await decodeImage(bytes, fast), await decodeImage(bytes)];
    let error = 0;
    for (let y = 0; y < small.height; y++) {
      for (let x = 0; x < small.width; x++) {
        let sum = 0;
        for (let i = 0; i < 16; i++) sum += whole.data[((4 * y + (i >> 2)) * whole.width + 4 * x + (i & 3)) * 3];
        error += Math.abs(sum / 16 - small.data[(y * small.width + x) * 3]);
      }
    }
    expect(error / (small.width * small.height)).toBeLessThan(2);
  });

  it.each(['cmyk', 'b-w'] as const)('makes a JPEG in %s smaller too', async (space) => {
    const bytes = await picture(4000, 200).toColourspace(space).jpeg({ quality: 95 }).toBuffer();
    const [small, whole] = [await decodeImage(bytes, fast), await decodeImage(bytes)];
    expect(small).toMatchObject({ width: 2000, height: 100 });
    const mean = ({ data }: PixelImage) => Uint8Array.from(data).reduce((sum, value) => sum + value, 0) / data.length;
    expect(Math.abs(mean(small) - mean(whole))).toBeLessThan(1);
  });
});
