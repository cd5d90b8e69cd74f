// Whatever bytes come as an image: a typed error or an image within the limits, from both decoders, in bounded memory.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { FileAccessError, ImageDecodeError, InvalidOptionError } from '../../src/errors.js';
import { difference } from '../../src/merged/parity.js';
import type { Decoder } from '../../src/node/images/image-codecs.js';
import { type DecodedImage, decodeImage, readImage, readImageStream } from '../../src/node/images/image-file.js';
import { decodeWithJimp } from '../../src/node/images/jimp/decode-with-jimp.js';
import { flipBytes, repairChecksums } from '../support/damage-image.js';
import { fixture } from '../support/fixtures.js';
import { type ImageSample, imageSamples, SAMPLE_HEIGHT, SAMPLE_WIDTH, withExif } from '../support/image-samples.js';
import { identical } from '../support/parity.js';

/** Damaged headers claim any size; more than this is refused, so that what is left decodes quickly. */
const MAX_PIXELS = 2_000_000;

let samples: ImageSample[];
const counts = new Map<string, Record<string, number>>();
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-faults-'));

beforeAll(async () => {
  samples = await imageSamples();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [fault, outcomes] of counts) {
    const total = Object.values(outcomes).reduce((a, b) => a + b);
    console.log(
      `${fault}: ${total} cases, ${Object.entries(outcomes)
        .map(([o, n]) => `${n} ${o}`)
        .join(', ')}`,
    );
  }
});

/** Decodes and counts the outcome: an image within limits or an `ImageDecodeError`; anything else is thrown on. */
async function outcome(fault: string, bytes: Uint8Array, decoder: Decoder): Promise<DecodedImage | ImageDecodeError> {
  const before = Buffer.from(bytes);
  const result = await decodeImage(bytes, { decoder, maxPixels: MAX_PIXELS }).catch((error) => {
    // The thread of jimp ends what hangs, but nothing known should.
    if (error instanceof ImageDecodeError && !error.message.includes('not done after')) return error;
    throw error;
  });
  if (!before.equals(bytes)) throw new Error('the input was changed');
  if (!(result instanceof Error)) {
    expect(result.width * result.height).toBeLessThanOrEqual(MAX_PIXELS);
    expect(result.data.length).toBe(result.width * result.height * 3);
  }
  const counted = counts.get(fault) ?? counts.set(fault, {}).get(fault)!;
  const kind = result instanceof Error ? result.code : 'image';
  counted[kind] = (counted[kind] ?? 0) + 1;
  return result;
}

/** The same bytes through every decoder that reads the format. */
const outcomes = (fault: string, { decoders }: Pick<ImageSample, 'decoders'>, bytes: Uint8Array) =>
  Promise.all(decoders.map((decoder) => outcome(fault, bytes, decoder)));

const withDecoders = (list: readonly ImageSample[]) =>
  list.flatMap((sample) => sample.decoders.map((decoder) => ({ ...sample, decoder })));

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif'];

describe('sound files', () => {
  it('decode with every decoder that reads their format', async () => {
    for (const { name, bytes, decoder } of withDecoders(samples)) {
      const image = await outcome('sound', bytes, decoder);
      const size = name === 'jpeg turned' ? [SAMPLE_HEIGHT, SAMPLE_WIDTH] : [SAMPLE_WIDTH, SAMPLE_HEIGHT];
      expect.soft(image, `${name} by ${decoder}`).toMatchObject({ width: size[0], height: size[1], decoder });
    }
  });

  it('decode the same behind other bytes, before other bytes, from shared and from resizable memory', async () => {
    for (const { bytes, decoder } of withDecoders(samples)) {
      const expected = (await decodeImage(bytes, { decoder })).data;
      const room = bytes.length + 20;
      const memories = [
        new ArrayBuffer(room),
        new SharedArrayBuffer(room),
        // Newer than the language level that the library is compiled for.
        Reflect.construct(ArrayBuffer, [room, { maxByteLength: 2 * room }]),
      ];
      for (const memory of memories) {
        new Uint8Array(memory).fill(0xff);
        const view = new Uint8Array(memory, 7, bytes.length);
        view.set(bytes);
        expect((await decodeImage(view, { decoder })).data).toEqual(expected);
      }
    }
  });

  it('decode to the same pixels when the caller overwrites or gives away the bytes meanwhile', async () => {
    for (const { bytes, decoder } of withDecoders(samples)) {
      const expected = (await decodeImage(bytes, { decoder })).data;
      const overwritten = Uint8Array.from(bytes);
      const given = Uint8Array.from(bytes);
      const decoding = [decodeImage(overwritten, { decoder }), decodeImage(given, { decoder })];
      overwritten.fill(0);
      structuredClone(given, { transfer: [given.buffer] });
      for (const { data } of await Promise.all(decoding)) expect(data).toEqual(expected);
    }
  });

  it('decode with anything behind their end', async () => {
    const random = new Random(4);
    for (const { name, bytes, decoder, decoders } of withDecoders(samples)) {
      const garbage = Uint8Array.from({ length: 100 }, () => random.integer(0, 255));
      const image = await outcome('bytes behind the end', Buffer.concat([bytes, garbage]), decoder);
      const expected = await decodeImage(bytes, { decoder });
      expect.soft(image, `${name} by ${decoder} of ${decoders}`).toMatchObject({ width: expected.width });
      if ('data' in image) expect(difference(image.data, expected.data)).toEqual(identical(expected.data.length));
    }
  });

  it('of 300 x 200 noise in LZW and PackBits pass the checks of their strips', async () => {
    const random = new Random(5);
    const [width, height] = [300, 200];
    const noise = Uint8Array.from(
      { length: width * height * 3 },
      () => random.integer(0, 255) & random.integer(0, 255),
    );
    const picture = sharp(noise, { raw: { width, height, channels: 3 } });
    for (const compression of ['lzw', 'packbits', 'deflate', 'none'] as const) {
      const { data } = await decodeImage(await picture.clone().tiff({ compression }).toBuffer(), { decoder: 'jimp' });
      expect(difference(data, noise)).toEqual(identical(noise.length));
    }
    const gif = await picture.clone().gif({ dither: 0 }).toBuffer();
    const { data } = await decodeImage(gif, { decoder: 'jimp' });
    expect(difference(data, (await decodeImage(gif, { decoder: 'sharp' })).data)).toEqual(identical(noise.length));
  });
});

describe('BMP, which jimp alone reads', () => {
  const bytes = () => Buffer.from(samples.find(({ name }) => name === 'bmp')!.bytes);

  it('with its samples anywhere behind the header', async () => {
    const expected = await decodeImage(bytes());
    const moved = Buffer.concat([bytes().subarray(0, 54), Buffer.alloc(10, 0xff), bytes().subarray(54)]);
    moved.writeUInt32LE(64, 10);
    expect(difference((await decodeImage(moved)).data, expected.data)).toEqual(identical(expected.data.length));
  });

  it.each([
    ['16 colours', 28, 4],
    ['run lengths', 30, 1],
    ['a JPEG inside', 30, 4],
  ])('with %s is refused, because jimp would give other pixels', async (_, at, value) => {
    const file = bytes();
    file.writeUInt16LE(value, at);
    await expect(decodeImage(file)).rejects.toThrow(/jimp cannot decode .*save it as PNG/);
  });
});

describe('the thread of jimp', () => {
  it('is ended when a decoder hangs, and the next image decodes', async () => {
    // Under the name of a format that is not looked at first, this reaches utif2, which never comes back from it.
    const hanging = new Uint8Array(fixture('regressions/image/utif2-hangs-on-lzw.tif'));
    const stuck = decodeWithJimp(hanging, { format: 'webp', width: 1, height: 1 }, 100);
    const waiting = decodeImage(samples.find(({ name }) => name === 'png')!.bytes, { decoder: 'jimp' });
    await expect(stuck).rejects.toThrow(/not done after 11 seconds/);
    expect(await waiting).toMatchObject({ width: SAMPLE_WIDTH, decoder: 'jimp' });
  });

  it('decodes two hundred images that come at once, each its own', async () => {
    const widths = Array.from({ length: 200 }, (_, i) => i + 1);
    const images = await Promise.all(
      widths.map((width) =>
        decodeImage(png(header({ width, height: 1 }), chunk('IDAT', deflateSync(Buffer.alloc(width + 1)))), {
          decoder: 'jimp',
        }),
      ),
    );
    expect(images.map(({ width }) => width)).toEqual(widths);
  });
});

describe('truncated files', () => {
  it.each(FORMATS)('%s, at every fiftieth of the length: an error, or no pixel is missing', async (format) => {
    for (const { bytes, decoder } of withDecoders(samples.filter((sample) => sample.format === format))) {
      const whole = await decodeImage(bytes, { decoder });
      for (let i = 0; i < 50; i++) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * i) / 50));
        const image = await outcome(`${format} truncated`, cut, decoder);
        // The first frame of an animation may be whole.
        if ('data' in image) expect(difference(image.data, whole.data)).toEqual(identical(whole.data.length));
      }
    }
  });
});

describe('flipped bytes', () => {
  it.each(FORMATS.slice(0, 6).map((format, seed) => ({ format, seed })))(
    '1667 variants of $format',
    async ({ format, seed }) => {
      const random = new Random(seed);
      const ofFormat = samples.filter((sample) => sample.format === format);
      for (let i = 0; i < 1667; i++) {
        const sample = random.pick(ofFormat);
        await outcomes(`${format} with flipped bytes`, sample, flipBytes(sample.bytes, random));
      }
    },
  );
});

/** A chunk of a PNG without its checksum, which `repairChecksums` adds. */
function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4);
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

interface PngHeader {
  width: number;
  height: number;
  bits?: number;
  colorType?: number;
  interlaced?: boolean;
}

function header({ width, height, bits = 8, colorType = 0, interlaced = false }: PngHeader): Buffer {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, bits, colorType, 0, 0, Number(interlaced)]);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  return chunk('IHDR', data);
}

function png(...chunks: Buffer[]): Buffer {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const file = Buffer.concat([signature, ...chunks, chunk('IEND', Buffer.alloc(0))]);
  repairChecksums(file);
  return file;
}

/** A little-endian TIFF with one directory of LONG and SHORT entries, then `data` at offset 256. */
function tiff(
  entries: [tag: number, type: number, count: number, value: number][],
  data: Uint8Array,
  next = 0,
): Buffer {
  const file = Buffer.alloc(256 + data.length);
  file.write('II*\0\x08\0\0\0', 'latin1');
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  file.writeUInt32LE(next, 10 + entries.length * 12);
  file.set(data, 256);
  return file;
}

const tiffOf = (width: number, height: number, compression: number, bytes: number): Parameters<typeof tiff>[0] => [
  [256, 4, 1, width],
  [257, 4, 1, height],
  [258, 3, 1, 8],
  [259, 3, 1, compression],
  [262, 3, 1, 1],
  [273, 4, 1, 256],
  [277, 3, 1, 1],
  [278, 4, 1, height],
  [279, 4, 1, bytes],
];

/** Codes of nine bits, highest first; a multiple of eight of them. */
function lzwCodes(codes: number[]): Buffer {
  const bits = codes.map((code) => code.toString(2).padStart(9, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
}

/** Bytes with 16-bit numbers written at some places. */
function patched(bytes: Uint8Array, ...changes: [at: number, value: number][]): Buffer {
  const file = Buffer.from(bytes);
  for (const [at, value] of changes) file.writeUInt16LE(value, at);
  return file;
}

describe('decompression bombs', () => {
  const sample = (name: string) => samples.find((s) => s.name === name)!.bytes;
  const zeros = (megabytes: number) => deflateSync(Buffer.alloc(megabytes * 2 ** 20));

  it.each<[string, () => Uint8Array]>([
    ['PNG', () => png(header({ width: 30_000, height: 30_000, bits: 1 }), chunk('IDAT', zeros(108)))],
    ['PNG', () => png(header({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }), chunk('IDAT', zeros(1)))],
    ['GIF', () => patched(sample('gif'), [6, 65_535], [8, 65_535])],
    ['TIFF', () => tiff(tiffOf(2 ** 20, 2 ** 20, 1, 8), Buffer.alloc(8))],
    ['BMP', () => patched(sample('bmp'), [20, 1], [24, 1])],
    ['WebP', () => patched(sample('webp animated'), [24, 0xffff], [26, 0xffff], [28, 0xffff])],
    ['JPEG', () => withFrame(65_535, 65_535)],
  ])('%s: a header that claims too much is refused from the header alone', async (_, make) => {
    const bytes = make();
    for (const decoder of ['auto', 'sharp', 'jimp'] as const) {
      const refused = decodeImage(bytes, { decoder });
      await expect(refused).rejects.toThrow(ImageDecodeError);
      await expect(refused).rejects.toThrow(/at most 178956970 pixels/);
    }
  });

  function withFrame(width: number, height: number): Buffer {
    const file = Buffer.from(sample('jpeg'));
    const at = file.indexOf(Buffer.from([0xff, 0xc0]));
    file.writeUInt16BE(height, at + 5);
    file.writeUInt16BE(width, at + 7);
    return file;
  }

  it.each<[string, () => Uint8Array, Decoder[]]>([
    [
      'a second, larger PNG header',
      () => png(header({ width: 9, height: 9 }), header({ width: 9_000, height: 9_000 }), chunk('IDAT', zeros(100))),
      ['jimp', 'sharp'],
    ],
    ['PNG data far beyond the size', () => png(header({ width: 9, height: 9 }), chunk('IDAT', zeros(400))), ['jimp']],
    [
      'interlaced PNG data far beyond the size',
      () => png(header({ width: 9, height: 9, interlaced: true }), chunk('IDAT', zeros(400))),
      ['jimp'],
    ],
    [
      'a PNG palette of millions',
      () =>
        png(header({ width: 9, height: 9, colorType: 3 }), chunk('PLTE', Buffer.alloc(3e7)), chunk('IDAT', zeros(1))),
      ['jimp', 'sharp'],
    ],
    ['a GIF frame larger than its screen', () => patched(sample('gif'), ...gifFrame(65_535, 65_535)), ['jimp']],
    ['TIFF strips that inflate to much more', () => tiff(tiffOf(9, 9, 8, zeros(400).length), zeros(400)), ['jimp']],
    ['TIFF directories in a circle', () => tiff(tiffOf(9, 9, 32_773, 2), Buffer.from([0x81, 0]), 8), ['jimp']],
    [
      'a TIFF list of four billion',
      () => tiff([...tiffOf(9, 9, 1, 81), [700, 3, 2 ** 32 - 1, 8]], Buffer.alloc(80)),
      ['jimp'],
    ],
    ...[256, 258, 273, 274, 320].map((field): [string, () => Uint8Array, Decoder[]] => [
      `forty million values that are there, in field ${field} of a TIFF`,
      () => tiff([...tiffOf(9, 9, 1, 81).filter(([tag]) => tag !== field), [field, 1, 4e7, 256]], Buffer.alloc(4e7, 1)),
      ['jimp'],
    ]),
    [
      'TIFF strips without an end',
      () => tiff([...tiffOf(9, 9, 1, 81).filter(([tag]) => tag !== 273), [273, 4, 2 ** 30, 256]], Buffer.alloc(81)),
      ['jimp', 'sharp'],
    ],
    [
      'TIFF samples of 65535 bits',
      () => tiff([...tiffOf(9, 9, 1, 81).filter(([tag]) => tag !== 258), [258, 3, 1, 65_535]], Buffer.alloc(81)),
      ['jimp', 'sharp'],
    ],
    [
      'TIFF tiles of no size',
      () =>
        tiff(
          [...tiffOf(9, 9, 1, 81), [322, 4, 1, 0], [323, 4, 1, 0], [324, 4, 1, 256], [325, 4, 1, 81]],
          Buffer.alloc(81),
        ),
      ['jimp', 'sharp'],
    ],
    ['a BMP palette of four billion', () => patched(sample('bmp'), [46, 0xffff], [48, 0xffff]), ['jimp']],
    [
      'a PNG of two million empty chunks',
      () => {
        const empty = Buffer.concat([Buffer.alloc(4), Buffer.from('teXt'), Buffer.alloc(4)]);
        return Buffer.concat([png(header({ width: 9, height: 9 })).subarray(0, -12), Buffer.alloc(24e6, empty)]);
      },
      ['jimp'],
    ],
    [
      'a GIF of twelve million blocks',
      () =>
        Buffer.concat([sample('gif').subarray(0, gifFrame(0, 0)[0][0] + 6), Buffer.alloc(24e6, Buffer.from([1, 4]))]),
      ['jimp'],
    ],
    [
      'TIFF strips that share a megabyte',
      () => {
        const strips = 20_000;
        const entries = tiffOf(9, strips, 5, 0).filter(([tag]) => ![273, 278, 279].includes(tag));
        const data = Buffer.alloc(strips * 8 + 2 ** 20);
        for (let i = 0; i < strips; i++) {
          data.writeUInt32LE(256 + strips * 8, i * 4);
          data.writeUInt32LE(2 ** 20, (strips + i) * 4);
        }
        return tiff(
          [...entries, [273, 4, strips, 256], [278, 4, 1, 1], [279, 4, strips, 256 + strips * 4]],
          // The nine samples of a row, then nothing but codes that clear the table.
          data
            .fill(lzwCodes(Array(8).fill(256)), strips * 8)
            .fill(lzwCodes([256, ...Array(9).fill(0), ...Array(6).fill(256)]), strips * 8, strips * 8 + 18),
        );
      },
      ['jimp'],
    ],
    // By sharp it is gray where data are missing, as in OpenCV: libjpeg only warns.
    ['a large JPEG without data', () => withFrame(1400, 1400), ['jimp']],
  ])('%s: an error, without the memory', async (_, make, decoders) => {
    const bytes = make();
    const before = process.resourceUsage().maxRSS;
    for (const decoder of decoders) {
      expect(await outcome('headers that lie', bytes, decoder), decoder).toBeInstanceOf(ImageDecodeError);
    }
    const megabytes = (process.resourceUsage().maxRSS - before) / 1024;
    expect(megabytes).toBeLessThan(200);
  });

  it('TIFF strips are no more than the rows', async () => {
    const many = tiffOf(9, 9, 1, 81).map((entry): typeof entry => (entry[0] === 273 ? [273, 4, 10, 256] : entry));
    const refused = decodeImage(tiff(many, Buffer.alloc(81)), { decoder: 'jimp' });
    await expect(refused).rejects.toThrow(/a field of 10 values instead of at most 9/);
  });

  function gifFrame(width: number, height: number): [number, number][] {
    const at = Buffer.from(sample('gif')).indexOf(Buffer.from([0x2c, 0, 0, 0, 0]));
    return [
      [at + 5, width],
      [at + 7, height],
    ];
  }

  it('more encoded bytes than any image of the limit can need are not even read', async () => {
    const path = join(folder, 'huge.jpg');
    writeFileSync(path, '');
    truncateSync(path, 3 * 2 ** 30);
    await expect(readImage(path)).rejects.toThrow(/encoded bytes/);
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent += 2 ** 20;
          yield Buffer.alloc(2 ** 20);
        }
      })(),
    );
    await expect(readImageStream(endless, { maxPixels: 1000 })).rejects.toThrow(ImageDecodeError);
    expect(sent).toBeLessThan(80 * 2 ** 20);
    const padded = Buffer.concat([sample('jpeg'), Buffer.alloc(2 ** 26 + 2 ** 20)]);
    await expect(decodeImage(padded, { maxPixels: 2000 })).rejects.toThrow(/encoded bytes/);
  });

  it('a limit that is raised lets a larger image pass', async () => {
    const wide = png(header({ width: 3000, height: 1 }), chunk('IDAT', deflateSync(Buffer.alloc(3001))));
    await expect(decodeImage(wide, { maxPixels: 2999 })).rejects.toThrow(ImageDecodeError);
    for (const decoder of ['sharp', 'jimp'] as const) {
      expect(await decodeImage(wide, { maxPixels: 3000, decoder })).toMatchObject({ width: 3000, height: 1 });
    }
  });
});

describe('EXIF nonsense', () => {
  it('leaves the pixels alone: 500 random blocks in either decoder', async () => {
    const random = new Random(6);
    const { bytes, decoders } = samples.find(({ name }) => name === 'jpeg')!;
    const block = Buffer.from('Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0', 'latin1');
    for (const decoder of decoders) {
      const whole = await decodeImage(bytes, { decoder });
      for (let i = 0; i < 500; i++) {
        const exif = Buffer.concat([
          flipBytes(block, random),
          Buffer.alloc(random.integer(0, 9), random.integer(0, 255)),
        ]);
        const image = await outcome('EXIF nonsense', withExif(bytes, exif), decoder);
        expect(image).not.toBeInstanceOf(Error);
        if (!('data' in image)) continue;
        // A flipped byte may well turn the image.
        expect([image.width, image.height].sort()).toEqual([whole.width, whole.height].sort());
      }
    }
  });
});

describe('what is no image file', () => {
  it('a directory, a pipe, a socket and devices are refused without blocking', async () => {
    const [directory, pipe, socket] = ['directory', 'pipe', 'socket'].map((name) => join(folder, name));
    mkdirSync(directory);
    execFileSync('mkfifo', [pipe]);
    symlinkSync(pipe, join(folder, 'link.jpg'));
    const server = createServer().listen(socket);
    await once(server, 'listening');
    for (const path of [directory, pipe, join(folder, 'link.jpg'), socket, '/dev/zero', '/dev/null', '/dev/tty']) {
      await expect(readImage(path), path).rejects.toThrow(FileAccessError);
    }
    server.close();
  });

  it('names do not matter, empty files are named as such', async () => {
    for (const { format, bytes } of samples) {
      const path = join(folder, `a.${format === 'png' ? 'jpg' : 'png'}`);
      writeFileSync(path, bytes);
      expect((await readImage(path)).format).toBe(format);
    }
    const empty = join(folder, 'empty.jpg');
    writeFileSync(empty, '');
    await expect(readImage(empty)).rejects.toThrow(/no bytes at all/);
  });

  it.each([undefined, null, 'a.jpg', 5, [1, 2], new ArrayBuffer(8), new Uint16Array(4), { data: 1 }])(
    'decodeImage refuses %s',
    async (value) => {
      await expect(decodeImage(value as never)).rejects.toThrow(InvalidOptionError);
    },
  );

  it('options that are null are refused', async () => {
    const { bytes } = samples[0];
    await expect(decodeImage(bytes, null as never)).rejects.toThrow(InvalidOptionError);
    await expect(readImage('a.jpg', null as never)).rejects.toThrow(InvalidOptionError);
    await expect(readImageStream(Readable.from([bytes]), null as never)).rejects.toThrow(InvalidOptionError);
  });

  it.each([undefined, null, '', 'text', 5, {}, [null], ['text'], [5], new Uint8Array(3)])(
    'readImageStream refuses %j',
    async (stream) => {
      await expect(readImageStream(stream as never)).rejects.toThrow(InvalidOptionError);
    },
  );

  it('a detached array is empty', async () => {
    const bytes = Uint8Array.from(samples[0].bytes);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    await expect(decodeImage(bytes)).rejects.toThrow(/no bytes at all/);
  });

  it('random bytes behind every signature', async () => {
    const random = new Random(7);
    for (const { bytes, decoders } of samples) {
      for (let i = 0; i < 50; i++) {
        const noise = Uint8Array.from({ length: random.integer(0, 500) }, () => random.integer(0, 255));
        await outcomes('noise behind a signature', { decoders }, Buffer.concat([bytes.subarray(0, 16), noise]));
      }
    }
  });
});
