// Headers that are long: read as far as any sound file's goes, and no further, for this happens on a server's own thread.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ImageDecodeError } from '../../src/errors.js';
import { readImageHeader } from '../../src/node/images/image-format.js';

const read = (...parts: Uint8Array[]) => {
  const { width, height } = readImageHeader(new Uint8Array(Buffer.concat(parts)), 'the image');
  return { width, height };
};
const bytes = (...values: number[]) => Uint8Array.from(values);
const repeat = (piece: Uint8Array, times: number) => Buffer.alloc(piece.length * times, piece);
const u32 = (value: number) => bytes(value >>> 24, value >>> 16, value >>> 8, value);

describe('a JPEG', () => {
  const start = bytes(0xff, 0xd8, 0xff);
  const frame = bytes(0xc0, 0, 11, 8, 0, 40, 0, 60, 1, 1, 0x11, 0);

  it('may have a million fill bytes, and thousands of markers', () => {
    expect(read(start, repeat(bytes(0xff), 1e6), frame)).toEqual({ width: 60, height: 40 });
    expect(read(start.subarray(0, 2), repeat(bytes(0xff, 0xd0), 60_000), bytes(0xff), frame)).toEqual({
      width: 60,
      height: 40,
    });
  });

  it.each([
    ['restarts', bytes(0xff, 0xd0)],
    ['segments', bytes(0xff, 0xe1, 0, 2)],
    ['zeros', bytes(0xff, 0)],
  ])('of millions of %s is refused', (_, piece) => {
    expect(() => read(start.subarray(0, 2), repeat(piece, 4e6), bytes(0xff), frame)).toThrow(ImageDecodeError);
  });
});

describe('a TIFF', () => {
  const directory = (entries: number) => {
    const entry = bytes(0, 1, 4, 0, 1, 0, 0, 0, 60, 0, 0, 0);
    const height = bytes(1, 1, 4, 0, 1, 0, 0, 0, 40, 0, 0, 0);
    const head = bytes(0x49, 0x49, 42, 0, 8, 0, 0, 0, entries & 255, entries >> 8);
    return [head, repeat(entry, entries - 1), height, bytes(0, 0, 0, 0)];
  };

  it('may have thousands of entries, not tens of thousands', () => {
    expect(read(...directory(4096))).toEqual({ width: 60, height: 40 });
    expect(() => read(...directory(4097))).toThrow(ImageDecodeError);
    expect(() => read(...directory(65_535))).toThrow(ImageDecodeError);
  });
});

describe('a HEIF', () => {
  const box = (type: string, ...parts: Uint8Array[]) => {
    const content = Buffer.concat(parts);
    return Buffer.concat([u32(content.length + 8), Buffer.from(type), content]);
  };
  const size = (width: number, height: number) => box('ispe', u32(0), u32(width), u32(height));
  const start = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1'));
  const file = (...properties: Uint8Array[]) => [start, box('meta', u32(0), box('iprp', box('ipco', ...properties)))];

  it('is as large as the largest of its parts', () => {
    expect(read(...file(size(10, 10), box('pixi', u32(0)), size(60, 40), size(512, 1)))).toEqual({
      width: 60,
      height: 40,
    });
    expect(read(...file(repeat(size(64, 64), 10_000), size(6400, 6400)))).toEqual({ width: 6400, height: 6400 });
  });

  it('may have boxes with sizes of 64 bits, and one that goes to the end', () => {
    const long = Buffer.concat([u32(1), Buffer.from('free'), u32(0), u32(24), u32(7), u32(7)]);
    const open = Buffer.concat([u32(0), Buffer.from('meta'), u32(0), box('iprp', box('ipco', size(60, 40)))]);
    expect(read(start, long, open)).toEqual({ width: 60, height: 40 });
  });

  it('of a million boxes is refused, wherever they stand', () => {
    expect(() => read(...file(repeat(size(10, 10), 1e6)))).toThrow(ImageDecodeError);
    expect(() => read(start, repeat(box('free'), 1e6), ...file(size(1, 1)))).toThrow(ImageDecodeError);
  });

  it.each([
    ['no box at all', [start]],
    ['no sizes', file(box('pixi', u32(0)))],
    ['a box that is smaller than its head', [start, u32(7), Buffer.from('meta')]],
    ['a box that is cut off', [start, u32(4000), Buffer.from('meta')]],
    ['a size that is cut off', [Buffer.concat(file(size(10, 10))).subarray(0, -6)]],
  ])('with %s is refused', (_, parts) => {
    expect(() => read(...parts)).toThrow(ImageDecodeError);
  });

  it('of sharp is read as sharp reads it', async () => {
    const picture = sharp({ create: { width: 61, height: 39, channels: 4, background: '#12345678' } });
    expect(read(await picture.avif({ effort: 0 }).toBuffer())).toEqual({ width: 61, height: 39 });
  });
});
