// Raw pixels in every layout: what is taken without a copy, what is refused, and that nothing beyond the view matters.
import fc from 'fast-check';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { InvalidImageError } from '../../src/errors.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { CHANNEL_ORDERS, pixelView } from '../../src/image/pixel-image.js';
import type { ChannelOrder, PixelImage } from '../../src/types.js';

/** Position of red, green and blue in a pixel, written out a second time. */
const CHANNELS: Record<ChannelOrder, string> = { rgb: 'rgb', bgr: 'bgr', rgba: 'rgba', bgra: 'bgra', gray: 'l' };
const at = (order: ChannelOrder, channel: string) => Math.max(0, CHANNELS[order].indexOf(channel));

/** RGB of every pixel through a view, as the kernels read it. */
function readPixels(image: PixelImage): number[] {
  const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = pixelView(image);
  const out: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = offset + y * rowStride + x * pixelStride;
      out.push(data[pixel + red], data[pixel + green], data[pixel + blue]);
    }
  }
  return out;
}

const layouts = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  channelOrder: fc.constantFrom(...CHANNEL_ORDERS),
  /** Bytes between rows, before the view and behind it. */
  gap: fc.integer({ min: 0, max: 7 }),
  before: fc.integer({ min: 0, max: 5 }),
  behind: fc.integer({ min: 0, max: 5 }),
  shared: fc.boolean(),
  clamped: fc.boolean(),
  around: fc.integer({ min: 0, max: 255 }),
});
type Layout = typeof layouts extends fc.Arbitrary<infer T> ? T : never;

/** An image whose samples count up, in memory whose other bytes are all `around`. */
function build({ width, height, channelOrder, gap, before, behind, shared, clamped }: Layout, around: number) {
  const samples = CHANNELS[channelOrder].length;
  const rowStride = width * samples + gap;
  const length = rowStride * (height - 1) + width * samples;
  const memory = new (shared ? SharedArrayBuffer : ArrayBuffer)(before + length + behind);
  new Uint8Array(memory).fill(around);
  const View = clamped ? Uint8ClampedArray : Uint8Array;
  const data = new View(memory as ArrayBuffer, before, length);
  const expected: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * rowStride + x * samples;
      for (let c = 0; c < samples; c++) data[pixel + c] = (7 * (y * width + x) + 50 * c) % 256;
      for (const channel of 'rgb') expected.push(data[pixel + at(channelOrder, channel)]);
    }
  }
  return { image: { data, width, height, channelOrder, rowStride } satisfies PixelImage, memory, expected };
}

describe('pixelView', () => {
  it('reads every layout, whatever lies around the pixels, without a copy or a change', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const { image, memory, expected } = build(layout, layout.around);
        const before = new Uint8Array(memory).slice();
        expect(readPixels(image)).toEqual(expected);
        expect(readPixels(build(layout, 255 - layout.around).image)).toEqual(expected);
        expect(pixelView(image).data).toBe(image.data);
        expect(new Uint8Array(memory)).toEqual(before);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('takes rows side by side where no stride is given', () => {
    const data = Uint8Array.from({ length: 24 }, (_, i) => i);
    expect(pixelView({ data, width: 2, height: 4, channelOrder: 'bgr' })).toMatchObject({
      rowStride: 6,
      pixelStride: 3,
    });
  });

  it('needs no gap after the last row', () => {
    const image = { width: 2, height: 3, channelOrder: 'gray', rowStride: 10 } as const;
    expect(() => pixelView({ ...image, data: new Uint8Array(22) })).not.toThrow();
    expect(() => pixelView({ ...image, data: new Uint8Array(21) })).toThrow(InvalidImageError);
  });

  const good: PixelImage = { data: new Uint8Array(2 * 3 * 3), width: 2, height: 3, channelOrder: 'rgb' };
  const detached = new Uint8Array(18);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const rejected: [string, object, RegExp][] = [
    ['one byte too few', { data: new Uint8Array(17) }, /at least 18 bytes \(2 x 3 rgb\).*received 17 bytes/],
    ['no bytes', { data: new Uint8Array(0) }, /at least 18 bytes.*received 0 bytes/],
    ['a detached buffer', { data: detached }, /at least 18 bytes.*received 0 bytes/],
    ['samples of 16 bits', { data: new Uint16Array(18) }, /Uint8ClampedArray.*received Uint16Array of 36 bytes/],
    ['an array of numbers', { data: Array(18).fill(0) }, /received an array of 18/],
    ['no data', { data: undefined }, /received undefined/],
    ['0 columns', { width: 0 }, /a positive integer for the image's width but received 0/],
    ['0 rows', { height: 0 }, /the image's height but received 0/],
    ['a negative side', { height: -3 }, /received -3/],
    ['half a pixel', { width: 1.5 }, /received 1.5/],
    ['NaN', { width: Number.NaN }, /received NaN/],
    ['an infinite side', { height: Number.POSITIVE_INFINITY }, /received Infinity/],
    ['a side beyond integers', { width: 2 ** 53 }, /received 9007199254740992/],
    ['a side of another type', { width: '2' }, /received "2"/],
    ['more pixels than bytes can be', { width: 2 ** 52, height: 2 ** 52 }, /rowStride|at least/],
    ['a row stride shorter than a row', { rowStride: 5 }, /at least 6 \(2 rgb pixels\).*received 5/],
    ['a row stride of half a byte', { rowStride: 6.5 }, /received 6.5/],
    ['a row stride that is not a number', { rowStride: Number.NaN }, /received NaN/],
    ['another channel order', { channelOrder: 'argb' }, /"rgb", "bgr", "rgba", "bgra", "gray".*received "argb"/],
    ["a name of Object's own", { channelOrder: 'constructor' }, /received "constructor"/],
    ['no channel order', { channelOrder: undefined }, /for channelOrder but received undefined/],
  ];
  it.each(rejected)('refuses %s', (_, wrong, message) => {
    const read = () => pixelView({ ...good, ...wrong } as PixelImage);
    expect(read).toThrow(InvalidImageError);
    expect(read).toThrow(message);
  });
});

describe('packPixels', () => {
  it('copies any layout to any order, and makes alpha opaque', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const { image, memory, expected } = build(layout, layout.around);
        const before = new Uint8Array(memory).slice();
        const pixels = expected.length / 3;
        const bgr = Array.from(expected, (_, i) => expected[i - (i % 3) + 2 - (i % 3)]);
        const rgba = Array.from({ length: 4 * pixels }, (_, i) => expected[3 * Math.floor(i / 4) + (i % 4)]);
        for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
        expect([...packPixels(image, 'rgb')]).toEqual(expected);
        expect([...packPixels(image, 'bgr')]).toEqual(bgr);
        expect([...packPixels(image, 'rgba')]).toEqual(rgba);
        packPixels(image, 'rgb').fill(9);
        expect(new Uint8Array(memory)).toEqual(before);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('imageFromTensor', () => {
  const pixels = (shape: number[]): NdArray<Uint8Array> => {
    const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i * 7) % 251);
    return ndarray(data, shape);
  };
  const values = (array: NdArray<Uint8Array>, order: ChannelOrder) => {
    const out: number[] = [];
    for (let y = 0; y < array.shape[0]; y++) {
      for (let x = 0; x < array.shape[1]; x++) {
        for (const channel of 'rgb') {
          out.push(array.dimension === 2 ? array.get(y, x) : array.get(y, x, at(order, channel)));
        }
      }
    }
    return out;
  };

  it.each(CHANNEL_ORDERS)('%s: shares whole arrays and windows of them', (order) => {
    const whole = pixels([5, 7, CHANNELS[order].length]);
    const window = whole.lo(1, 2, 0).hi(3, 4, CHANNELS[order].length);
    for (const array of [whole, window]) {
      const image = imageFromTensor(array, order);
      expect(image.data.buffer).toBe(whole.data.buffer);
      expect(readPixels(image)).toEqual(values(array, order));
    }
  });

  it.each<[string, (array: NdArray<Uint8Array>) => NdArray<Uint8Array>]>([
    ['turned upside down', (array) => array.step(-1, 1, 1)],
    ['mirrored', (array) => array.step(1, -1, 1)],
    ['every other column', (array) => array.step(1, 2, 1)],
    ['channels backwards', (array) => array.step(1, 1, -1)],
    ['transposed', (array) => array.transpose(1, 0, 2)],
  ])('copies what is %s, and leaves it as it was', (_, change) => {
    const array = change(pixels([5, 7, 3]));
    const before = array.data.slice();
    const image = imageFromTensor(array, 'bgr');
    expect(image.data.buffer).not.toBe(array.data.buffer);
    expect(readPixels(image)).toEqual(values(array, 'bgr'));
    expect(array.data).toEqual(before);
  });

  it('takes gray with and without a channel axis', () => {
    for (const array of [pixels([5, 7]), pixels([5, 7, 1]), pixels([7, 5]).transpose(1, 0)]) {
      expect(readPixels(imageFromTensor(array, 'gray'))).toEqual(values(array, 'gray'));
    }
  });

  it.each<[string, number[], string, RegExp]>([
    ['four channels called rgb', [2, 2, 4], 'rgb', /shape \[h, w, 3\] for rgb.*received a tensor of shape \[2, 2, 4\]/],
    ['no channel axis', [2, 3], 'rgb', /shape \[h, w, 3\].*received a tensor of shape \[2, 3\]/],
    ['a batch', [1, 2, 2, 3], 'rgb', /received a tensor of shape \[1, 2, 2, 3\]/],
    ['a row', [4], 'gray', /received a tensor of shape \[4\]/],
    ['another channel order', [2, 2, 3], 'argb', /for channelOrder but received "argb"/],
    ["a name of Object's own", [2, 2, 3], 'toString', /for channelOrder but received "toString"/],
  ])('refuses %s', (_, shape, order, message) => {
    const read = () => imageFromTensor(pixels(shape), order as ChannelOrder);
    expect(read).toThrow(InvalidImageError);
    expect(read).toThrow(message);
  });
});
