// What a file's samples mean: transparency is dropped, luma and chroma become RGB, and no range is guessed.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ImageDecodeError } from '../../src/errors.js';
import { difference } from '../../src/merged/parity.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import { identical } from '../support/parity.js';
import { encodeTiff, type TiffField, tiffFields } from '../support/tiff.js';

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];

async function pixels(bytes: Uint8Array, decoder: 'sharp' | 'jimp'): Promise<number[]> {
  return [...(await decodeImage(bytes, { decoder })).data];
}

/** A GIF with a palette of red, green, blue, white, a screen of three pixels and a frame of the first two: red and green. */
function gif(transparent?: number): Uint8Array {
  // Each code of three bits behind a clear code, so that the width of codes stays: clear 0 clear 1 end.
  const codes = [4, 0, 4, 1, 5].reduceRight((bits, code) => bits * 8 + code, 0);
  const control = transparent === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, transparent, 0];
  return Uint8Array.from([
    ...Buffer.from('GIF89a'),
    ...[3, 0, 1, 0, 0x91, 2, 0],
    ...[...RED, ...GREEN, 0, 0, 255, 255, 255, 255],
    ...[0x21, 0xfe, 1, 65, 0],
    ...control,
    ...[0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0],
    ...[2, 2, codes & 255, codes >> 8, 0, 0x3b],
  ]);
}

/** A PNG of two pixels. */
function png(colourType: number, bits: number, row: number[], chunks: [type: string, data: number[]][]): Uint8Array {
  const chunk = ([type, data]: [string, Iterable<number>]) => {
    const typed = Buffer.concat([Buffer.from(type), Uint8Array.from(data)]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(typed.length - 4);
    check.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, check]);
  };
  const header = [0, 0, 0, 2, 0, 0, 0, 1, bits, colourType, 0, 0, 0];
  const data = deflateSync(Uint8Array.from([0, ...row]));
  const all: [string, Iterable<number>][] = [['IHDR', header], ...chunks, ['IDAT', data], ['IEND', []]];
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...all.map(chunk)]));
}

const PALETTE: [string, number[]] = ['PLTE', [...RED, ...GREEN]];

describe.each(['sharp', 'jimp'] as const)('a transparent pixel has the colour that is stored for it: %s', (decoder) => {
  it.each([undefined, 0, 1])(
    'GIF, transparent index %s; black where its frame leaves the screen free',
    async (index) => {
      expect(await pixels(gif(index), decoder)).toEqual([...RED, ...GREEN, 0, 0, 0]);
    },
  );

  const gray = (value: number) => [value, value, value];
  it.each<[string, Uint8Array, number[]]>([
    ['palette', png(3, 8, [0, 1], [PALETTE, ['tRNS', [0, 255]]]), [...RED, ...GREEN]],
    ['one colour', png(2, 8, [...RED, ...GREEN], [['tRNS', [0, 255, 0, 0, 0, 0]]]), [...RED, ...GREEN]],
    ['one gray', png(0, 8, [200, 100], [['tRNS', [0, 200]]]), [...gray(200), ...gray(100)]],
    ['one gray of one bit', png(0, 1, [0b10000000], [['tRNS', [0, 1]]]), [...gray(255), ...gray(0)]],
    ['alpha', png(6, 8, [...RED, 0, ...GREEN, 255], []), [...RED, ...GREEN]],
    ['gray and alpha', png(4, 8, [200, 0, 100, 255], []), [...gray(200), ...gray(100)]],
  ])('PNG: %s', async (_, bytes, expected) => {
    expect(await pixels(bytes, decoder)).toEqual(expected);
  });

  it.each([
    ['unspecified', 0],
    ['associated', 1],
    ['unassociated', 2],
  ])('TIFF: %s alpha', async (_, kind) => {
    const fields = { ...tiffFields(2, 1, 2, 4), 338: [3, [kind]] as TiffField };
    expect(await pixels(encodeTiff(fields, Uint8Array.of(9, 8, 7, 0, 60, 50, 40, 100)), decoder)).toEqual([
      ...[9, 8, 7],
      ...[60, 50, 40],
    ]);
  });
});

it('a transparent pixel of a WebP or AVIF has the colour that is stored for it', async () => {
  const raw = { raw: { width: 2, height: 1, channels: 4 } } as const;
  const image = sharp(Uint8Array.from([...RED, 0, ...GREEN, 255]), raw);
  for (const file of [image.clone().webp({ lossless: true, exact: true }), image.clone().avif({ lossless: true })]) {
    expect(await pixels(await file.toBuffer(), 'sharp')).toEqual([...RED, ...GREEN]);
  }
});

describe('YCbCr TIFF', () => {
  /** Every fifth code of each of the three, in blocks of two by two equal pixels. */
  const codes = Array.from({ length: 52 }, (_, i) => i * 5);
  const colours = codes.flatMap((y) => codes.flatMap((cb) => codes.map((cr) => [y, cb, cr])));
  const [width, height] = [(2 * colours.length) / 52, 2 * 52];
  const full = new Uint8Array(width * height * 3);
  colours.forEach((colour, block) => {
    const [left, top] = [2 * (block % (width / 2)), 2 * Math.floor((2 * block) / width)];
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]) {
      full.set(colour, ((top + dy) * width + left + dx) * 3);
    }
  });
  const subsampled = Uint8Array.from(colours.flatMap(([y, cb, cr]) => [y, y, y, y, cb, cr]));
  const coded = (step: number, extra: Record<number, TiffField>) => ({
    ...tiffFields(width, height, 6, 3),
    530: [3, [step, step]] as TiffField,
    ...extra,
  });

  // libtiff itself converts what is subsampled: the same colours must come out.
  it.each<[string, Record<number, TiffField>]>([
    ['by default', {}],
    ['with the luma of BT.709', { 529: [5, [0.2126, 0.7152, 0.0722]] }],
    ['with the codes of video', { 532: [5, [16, 235, 128, 240, 128, 240]] }],
  ])('has the colours that libtiff gives it, %s', async (_, extra) => {
    const expected = await decodeImage(encodeTiff(coded(2, extra), subsampled));
    const { data } = await decodeImage(encodeTiff(coded(1, extra), full));
    expect(difference(data, expected.data)).toEqual(identical(full.length));
  });

  it('is converted when it is compressed without a JPEG', async () => {
    const expected = await decodeImage(encodeTiff(coded(2, {}), subsampled));
    const deflated = encodeTiff(coded(1, { 259: [3, [8]] }), deflateSync(full));
    expect(difference((await decodeImage(deflated)).data, expected.data)).toEqual(identical(full.length));
  });

  it('that holds a JPEG is left to its decoder', async () => {
    const rgb = Buffer.from(Array(64).fill([200, 100, 50]).flat());
    const file = await sharp(rgb, { raw: { width: 8, height: 8, channels: 3 } })
      .tiff({ compression: 'jpeg', quality: 100 })
      .toBuffer();
    const { data } = await decodeImage(file);
    for (let c = 0; c < 3; c++) expect(Math.abs(data[c] - rgb[c])).toBeLessThan(4);
  });
});

describe('JPEG: what three components are', () => {
  const ADOBE = (transform: number) => [0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform];
  const JFIF = [0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0];

  /** A JPEG without markers of applications, with others in front, and its components called by other names. */
  async function jpeg(markers: readonly number[], names?: string): Promise<Uint8Array> {
    const gradient = Buffer.from(Array.from({ length: 16 * 16 }, (_, i) => [i, 255 - i, 128]).flat());
    const file = await sharp(gradient, { raw: { width: 16, height: 16, channels: 3 } })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const [frame, scan] = [file.indexOf(Buffer.from([0xff, 0xc0])), file.indexOf(Buffer.from([0xff, 0xda]))];
    expect(file.readUInt16BE(2)).toBe(0xffdb);
    for (const [i, name] of [...(names ?? '')].entries()) {
      file.write(name, frame + 10 + 3 * i);
      file.write(name, scan + 5 + 2 * i);
    }
    return Buffer.concat([file.subarray(0, 2), Uint8Array.from(markers), file.subarray(2)]);
  }

  it.each<[string, number[], string | undefined]>([
    ['luma and chroma where nothing is said', [], undefined],
    ['luma and chroma by JFIF, whatever else is said', [...JFIF, ...ADOBE(0)], 'RGB'],
    ['luma and chroma by Adobe', ADOBE(1), 'RGB'],
    ['RGB by Adobe', ADOBE(0), undefined],
    ['RGB by their names', [], 'RGB'],
  ])('%s: jimp as libjpeg', async (expected, markers, names) => {
    const bytes = await jpeg(markers, names);
    const [bySharp, byJimp] = [await pixels(bytes, 'sharp'), await pixels(bytes, 'jimp')];
    expect(difference(byJimp, bySharp).worst).toBeLessThanOrEqual(3);
    const unmarked = await pixels(await jpeg([]), 'sharp');
    // Luma taken for red is far from it.
    expect(difference(bySharp, unmarked).worst > 50).toBe(expected.startsWith('RGB'));
  });
});

describe('TIFF samples that do not fit what they are said to be', () => {
  it.each<[string, Record<number, TiffField>, number]>([
    ['three samples of gray', tiffFields(2, 1, 1, 3), 6],
    ['one sample of RGB', tiffFields(2, 1, 2, 1), 2],
    ['a palette of too few colours', { ...tiffFields(2, 1, 3, 1), 320: [3, Array(256).fill(0)] }, 2],
    ['no palette', tiffFields(2, 1, 3, 1), 2],
  ])('%s are refused by both decoders', async (_, fields, bytes) => {
    for (const decoder of ['sharp', 'jimp'] as const) {
      await expect(decodeImage(encodeTiff(fields, new Uint8Array(bytes)), { decoder })).rejects.toThrow(
        /samples a pixel for|a colour map of/,
      );
    }
  });
});

describe('TIFF samples whose range no file states', () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  it.each<[string, Record<number, TiffField>, Uint8Array, RegExp]>([
    ['floats', { ...tiffFields(2, 1, 1, 1, 32), 339: [3, [3]] }, floats(0.2, 0.9), /32 bits a sample/],
    ['16-bit floats', { ...tiffFields(2, 1, 1, 1, 16), 339: [3, [3]] }, new Uint8Array(4), /sample format 3/],
    ['32-bit integers', tiffFields(2, 1, 1, 1, 32), new Uint8Array(8), /32 bits a sample/],
    ['signed integers', { ...tiffFields(2, 1, 1, 1), 339: [3, [2]] }, new Uint8Array(2), /sample format 2/],
    ['16 bits of luma', { ...tiffFields(2, 1, 6, 3, 16), 530: [3, [1, 1]] }, new Uint8Array(12), /16 bits of luma/],
  ])('%s are refused', async (_, fields, strip, message) => {
    for (const decoder of ['sharp', 'jimp'] as const) {
      await expect(decodeImage(encodeTiff(fields, strip), { decoder })).rejects.toThrow(ImageDecodeError);
    }
    await expect(decodeImage(encodeTiff(fields, strip))).rejects.toThrow(message);
  });
});
