// Decoded pixels against OpenCV's: JPEG digests come from libjpeg-turbo (scripts/make-image-fixtures.ts), everything else
// is lossless, so the source pixels are the truth.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { FileAccessError, ImageDecodeError, ImageFormatError, InvalidOptionError } from '../../src/errors.js';
import { difference } from '../../src/merged/parity.js';
import { type Decoder, encodeImage } from '../../src/node/images/image-codecs.js';
import { type DecodeOptions, decodeImage, readImage } from '../../src/node/images/image-file.js';
import { fixture, jsonFixture, sha256 } from '../support/fixtures.js';
import { identical } from '../support/parity.js';
import { colourPattern } from '../support/pattern.js';

const { width, height, digests } = jsonFixture<{ width: number; height: number; digests: Record<string, string> }>(
  'images/pixels-sha256.json',
);
const rgb = colourPattern(width, height);
const picture = (): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });
const decode = async (bytes: Promise<Buffer> | Uint8Array, options?: DecodeOptions) =>
  decodeImage(await bytes, options);

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A 24-bit BMP, bottom row first, rows padded to four bytes. */
function bmp(): Buffer {
  const row = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + row * height);
  file.write('BM');
  for (const [offset, value] of [
    [2, file.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
    [26, 1 | (24 << 16)],
    [34, row * height],
  ]) {
    file.writeUInt32LE(value, offset);
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) file[54 + (height - 1 - y) * row + x * 3 + c] = rgb[(y * width + x) * 3 + 2 - c];
    }
  }
  return file;
}

/** An EXIF block that holds nothing but the orientation. */
function orientationOnly(orientation: number): Buffer {
  const tiff = Buffer.from('49492a0008000000010012010300010000000000000000000000', 'hex');
  tiff.writeUInt16LE(orientation, 18);
  return tiff;
}

/** The PNG with that block behind its header. */
function pngWithOrientation(png: Uint8Array, orientation: number): Buffer {
  const typed = Buffer.concat([Buffer.from('eXIf'), orientationOnly(orientation)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(typed.length - 4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([png.subarray(0, 33), length, typed, check, png.subarray(33)]);
}

/** The JPEG with that block. */
function withOrientation(jpeg: Uint8Array, orientation: number): Buffer {
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationOnly(orientation)]);
  const marker = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)]);
}

/** Where a pixel of the upright picture lies in the stored one, for each EXIF orientation. */
const STORED: Record<number, (x: number, y: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [width - 1 - x, y],
  3: (x, y) => [width - 1 - x, height - 1 - y],
  4: (x, y) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, height - 1 - x],
  7: (x, y) => [width - 1 - y, height - 1 - x],
  8: (x, y) => [width - 1 - y, x],
};

function upright(stored: Uint8Array, orientation: number): Uint8Array {
  const [w, h] = orientation > 4 ? [height, width] : [width, height];
  return Uint8Array.from({ length: w * h * 3 }, (_, i) => {
    const [x, y] = STORED[orientation](Math.floor(i / 3) % w, Math.floor(i / 3 / w));
    return stored[(y * width + x) * 3 + (i % 3)];
  });
}

describe('decodeImage: JPEG by sharp has the pixels of libjpeg-turbo', () => {
  it.each(Object.entries(digests))('%s', async (name, digest) => {
    const image = await decode(fixture(`images/${name}`));
    expect(image).toMatchObject({ width, height, channelOrder: 'rgb', decoder: 'sharp', format: 'jpeg' });
    expect(sha256(image.data)).toBe(digest);
  });

  it.each(Object.keys(STORED).map(Number))('EXIF orientation %i', async (orientation) => {
    const jpeg = fixture('images/yuv420.jpg');
    const stored = await decode(jpeg);
    const image = await decode(withOrientation(jpeg, orientation));
    expect([image.width, image.height]).toEqual(orientation > 4 ? [height, width] : [width, height]);
    expect(difference(image.data, upright(stored.data as Uint8Array, orientation))).toEqual(identical(rgb.length));
  });

  it.each(Object.keys(STORED).map(Number))(
    'EXIF orientation %i of a PNG, and of a JPEG by jimp',
    async (orientation) => {
      const size = orientation > 4 ? { width: height, height: width } : { width, height };
      const png = pngWithOrientation(await picture().png().toBuffer(), orientation);
      for (const decoder of ['sharp', 'jimp'] as const) {
        const image = await decode(png, { decoder });
        expect(image).toMatchObject(size);
        expect(difference(image.data, upright(rgb, orientation))).toEqual(identical(rgb.length));
      }
      const jpeg = fixture('images/yuv420.jpg');
      const stored = await decode(jpeg, { decoder: 'jimp' });
      const image = await decode(withOrientation(jpeg, orientation), { decoder: 'jimp' });
      expect(image).toMatchObject(size);
      expect(difference(image.data, upright(stored.data as Uint8Array, orientation))).toEqual(identical(rgb.length));
    },
  );

  it('CMYK: combined as OpenCV does it', async () => {
    const jpeg = await picture().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const stored = await sharp(jpeg).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
    const expected = Uint8Array.from({ length: rgb.length }, (_, i) => {
      const pixel = Math.floor(i / 3) * 4;
      const k = 255 - stored[pixel + 3];
      return k - (((255 - (255 - stored[pixel + (i % 3)])) * k) >> 8);
    });
    expect(difference((await decode(jpeg)).data, expected)).toEqual(identical(rgb.length));
  });
});

describe('decodeImage: lossless files give back the source pixels', () => {
  const luma = (data: Uint8Array) => data.filter((_, i) => i % 3 === 0);
  const files: [string, Decoder[], () => Promise<Buffer>][] = [
    ['PNG', ['sharp', 'jimp'], () => picture().png().toBuffer()],
    ['PNG, 16 bits', ['sharp'], () => picture().toColourspace('rgb16').png().toBuffer()],
    ['PNG with alpha', ['sharp', 'jimp'], () => picture().ensureAlpha(0.4).png().toBuffer()],
    ['PNG, interlaced', ['sharp', 'jimp'], () => picture().png({ progressive: true }).toBuffer()],
    ['WebP', ['sharp'], () => picture().webp({ lossless: true }).toBuffer()],
    ['TIFF', ['sharp', 'jimp'], () => picture().tiff({ compression: 'lzw' }).toBuffer()],
    ['TIFF, 16 bits', ['sharp'], () => picture().toColourspace('rgb16').tiff({ compression: 'deflate' }).toBuffer()],
    ['BMP', ['jimp'], async () => bmp()],
  ];
  it.each(files.flatMap(([name, decoders, make]) => decoders.map((decoder) => ({ name, decoder, make }))))(
    '$name by $decoder',
    async ({ decoder, make }) => {
      const image = await decode(make(), { decoder });
      expect(image).toMatchObject({ width, height, decoder });
      expect(difference(image.data, rgb)).toEqual(identical(rgb.length));
    },
  );

  it.each(['sharp', 'jimp'] as const)('palette PNG and GIF by %s: equal to each other decoder', async (decoder) => {
    const palette = await picture().png({ palette: true, colours: 16 }).toBuffer();
    const expected = await sharp(palette).removeAlpha().toColourspace('srgb').raw().toBuffer();
    expect(difference((await decode(palette, { decoder })).data, expected)).toEqual(identical(rgb.length));
    const gif = await sharp(palette).gif({ dither: 0 }).toBuffer();
    const other = await decode(gif, { decoder: decoder === 'sharp' ? 'jimp' : 'sharp' });
    expect(difference((await decode(gif, { decoder })).data, other.data)).toEqual(identical(rgb.length));
  });

  it.each(['sharp', 'jimp'] as const)('gray PNG by %s: three equal channels', async (decoder) => {
    const gray = luma(rgb);
    const png = await sharp(gray, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const expected = Uint8Array.from(rgb, (_, i) => gray[Math.floor(i / 3)]);
    expect(difference((await decode(png, { decoder })).data, expected)).toEqual(identical(rgb.length));
  });

  it.each([
    ['colour', 3, 'rgb16'],
    ['gray', 1, 'grey16'],
  ] as const)('PNG, 16 bits, %s: the high byte whatever the low one is', async (_, channels, space) => {
    const samples = Uint16Array.from({ length: width * height * channels }, (_, i) => (i * 40503) % 65536);
    const png = await sharp(samples, { raw: { width, height, channels } }).toColourspace(space).png().toBuffer();
    // What the file holds, so that the test does not pass on a file of other numbers.
    const stored = await sharp(png).toColourspace(space).raw({ depth: 'ushort' }).toBuffer();
    expect(new Uint16Array(stored.buffer, stored.byteOffset, samples.length)).toEqual(samples);
    const expected = Uint8Array.from(rgb, (_, i) => samples[channels === 3 ? i : Math.floor(i / 3)] >> 8);
    expect(difference((await decode(png)).data, expected)).toEqual(identical(rgb.length));
    // jimp rounds instead.
    const rounded = difference((await decode(png, { decoder: 'jimp' })).data, expected);
    expect(rounded.worst).toBe(1);
  });

  it('CMYK with alpha: the colours of CMYK without', async () => {
    const tiff = (image: Sharp) => decode(image.toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer());
    const [plain, withAlpha] = await Promise.all([tiff(picture()), tiff(picture().ensureAlpha(0.4))]);
    expect(difference(withAlpha.data, plain.data)).toEqual(identical(rgb.length));
  });

  it('takes the first frame of an animation', async () => {
    const frames = [rgb, rgb.map((value) => 255 - value)].map((data) => Buffer.from(data));
    const raw = { width, height: height * 2, channels: 3, pageHeight: height } as const;
    const webp = await sharp(Buffer.concat(frames), { raw }).webp({ lossless: true }).toBuffer();
    const image = await decode(webp);
    expect(image.height).toBe(height);
    expect(difference(image.data, rgb)).toEqual(identical(rgb.length));
  });
});

describe('decodeImage: the choice of the decoder', () => {
  it('each format goes to a decoder that reads it', async () => {
    expect((await decode(bmp())).decoder).toBe('jimp');
    expect((await decode(picture().webp().toBuffer())).decoder).toBe('sharp');
  });

  it('a decoder that was asked for and cannot is an error with the way out', async () => {
    await expect(decode(picture().webp().toBuffer(), { decoder: 'jimp' })).rejects.toThrow(
      /jimp.*webp.*decoder: "auto"/,
    );
    await expect(decode(bmp(), { decoder: 'sharp' })).rejects.toThrow(ImageDecodeError);
  });

  it('refuses a decoder or limit that there is not', async () => {
    await expect(decode(bmp(), { decoder: 'gd' as Decoder })).rejects.toThrow(InvalidOptionError);
    await expect(decode(bmp(), { maxPixels: Number.NaN })).rejects.toThrow(InvalidOptionError);
  });
});

describe('decodeImage: HEIF', () => {
  const avif = () => picture().avif({ lossless: true, effort: 0 }).toBuffer();
  /** The same file under another brand: a HEIF may hold any codec. */
  const rebranded = (bytes: Buffer, brand: string) =>
    Buffer.concat([
      Buffer.from(bytes.toString('latin1', 0, 32).replaceAll('avif', brand), 'latin1'),
      bytes.subarray(32),
    ]);

  it.each(['mif1', 'heic'])('is read where sharp has its codec, whatever its brand: %s', async (brand) => {
    const { data, format, decoder } = await decode(rebranded(await avif(), brand));
    expect({ format, decoder }).toEqual({ format: 'heif', decoder: 'sharp' });
    expect(data).toEqual((await decode(avif())).data);
  });

  it('that begins with a general brand is an AVIF where it says so further on', async () => {
    const bytes = await avif();
    const major = Buffer.concat([bytes.subarray(0, 8), Buffer.from('mif1'), bytes.subarray(12)]);
    expect((await decode(major)).format).toBe('avif');
  });

  it.each(['auto', 'jimp'] as const)(
    'is named, with a way to convert it, where no decoder has its codec: %s',
    async (decoder) => {
      const bytes = fixture('images/drawn.heic');
      // A sharp that was built with HEVC reads it.
      const outcome = await decode(bytes, { decoder }).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(ImageFormatError);
        expect(outcome.message).toMatch(/heif.*Convert it to JPEG/i);
      } else expect(outcome).toMatchObject({ width: 96, height: 64, format: 'heif' });
    },
  );

  it('has the size of its largest picture: tiles and thumbnails may be listed before', async () => {
    const bytes = await avif();
    const at = bytes.indexOf('ispe') - 4;
    const [box, property] = [bytes.subarray(at, at + 20), Buffer.alloc(20)];
    box.copy(property);
    property.writeUInt32BE(8, 12);
    property.writeUInt32BE(8, 16);
    // Put before the real one, in a list that is read for the size alone.
    const list = bytes.indexOf('ipco') - 4;
    const longer = Buffer.concat([bytes.subarray(0, list + 8), property, bytes.subarray(list + 8)]);
    for (const name of ['ipco', 'iprp', 'meta']) {
      const start = longer.indexOf(name) - 4;
      longer.writeUInt32BE(longer.readUInt32BE(start) + 20, start);
    }
    await expect(decode(longer, { maxPixels: width * height - 1 })).rejects.toThrow(`${width} x ${height}`);
  });
});

describe('decodeImage refuses', () => {
  it.each<[string, Buffer, RegExp]>([
    ['no bytes', Buffer.alloc(0), /no bytes at all/],
    ['text', Buffer.from('this is no photograph, whatever its name says\n'), /received text/],
    ['SVG', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), /received SVG/],
    ['PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3'), /received PDF/],
    ['a video', Buffer.from('\0\0\0\x14ftypisom\0\0\0\0mp42', 'latin1'), /received a video/],
    ['a HEIF header alone', Buffer.from('\0\0\0\x14ftypmif1\0\0\0\0heic', 'latin1'), /heif whose header is damaged/],
    ['noise', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), /no known image format/],
    [
      'a BMP of OS/2',
      Buffer.concat([bmp().subarray(0, 14), Buffer.from([12, 0, 0, 0, 93, 0, 61, 0, 1, 0, 24, 0])]),
      /OS\/2/,
    ],
    ['a PNG header alone', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /png whose header is damaged/],
  ])('%s', async (_, bytes, message) => {
    await expect(decode(bytes, { name: 'photo.jpg' })).rejects.toThrow(message);
    await expect(decode(bytes, { name: 'photo.jpg' })).rejects.toThrow(ImageDecodeError);
  });

  it('bytes whose memory was given away', async () => {
    const bytes = new Uint8Array(100);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await expect(decode(bytes)).rejects.toThrow(/no bytes at all/);
  });

  it('more pixels than the limit, from the header alone', async () => {
    await expect(decode(picture().png().toBuffer(), { maxPixels: width * height - 1 })).rejects.toThrow(/93 x 61/);
    await expect(decode(picture().png().toBuffer(), { maxPixels: width * height })).resolves.toBeDefined();
  });
});

describe('readImage', () => {
  it('reads a path and a file: URL; the content decides, not the name', async () => {
    const path = join(folder, 'ünïcode name.txt');
    writeFileSync(path, await picture().png().toBuffer());
    expect((await readImage(path)).format).toBe('png');
    expect((await readImage(pathToFileURL(path))).format).toBe('png');
  });

  it.each([
    ['a missing file', join(folder, 'missing.jpg'), /missing.jpg.*ENOENT/],
    ['a directory', folder, /a directory/],
    ['a device', '/dev/null', /not a regular file/],
    ['a path with a null byte', 'a\0b', /null bytes|ERR_INVALID_ARG_VALUE/],
  ])('refuses %s', async (_, path, message) => {
    await expect(readImage(path)).rejects.toThrow(FileAccessError);
    await expect(readImage(path)).rejects.toThrow(message);
  });

  it('refuses a URL of another kind', async () => {
    for (const url of ['https://example.org/a.jpg', 'file://elsewhere/a.jpg', 'file:///a%2fb.jpg']) {
      await expect(readImage(new URL(url))).rejects.toThrow(InvalidOptionError);
    }
  });
});

describe('encodeImage', () => {
  it.each(['png', 'webp', 'jpeg'] as const)('%s is what decodeImage reads', async (format) => {
    const image = await decode(await encodeImage({ data: rgb, width, height, channelOrder: 'rgb' }, format));
    expect(image).toMatchObject({ width, height, format });
  });

  it('takes every channel order and a row stride', async () => {
    const rowStride = width * 4 + 5;
    const bgra = new Uint8Array(rowStride * height);
    for (let i = 0; i < width * height; i++) {
      const at = Math.floor(i / width) * rowStride + (i % width) * 4;
      bgra.set([rgb[i * 3 + 2], rgb[i * 3 + 1], rgb[i * 3], 7], at);
    }
    const png = await encodeImage({ data: bgra, width, height, channelOrder: 'bgra', rowStride }, 'png');
    expect(difference((await decode(png)).data, rgb)).toEqual(identical(rgb.length));
  });

  it('refuses another format', async () => {
    const image = { data: rgb, width, height, channelOrder: 'rgb' } as const;
    await expect(encodeImage(image, 'bmp' as 'png')).rejects.toThrow(InvalidOptionError);
    await expect(encodeImage(image, 'jpeg', { quality: 0 })).rejects.toThrow(InvalidOptionError);
  });
});
