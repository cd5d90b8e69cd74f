// The side of the detector's input where a network wants it to follow the image.
import { describe, expect, it } from 'vitest';
import { sideForImage, sideRange, sideRangeName } from '../../src/scrfd/detector-side.js';
import { detectFaces, detectorSide } from '../../src/stages/detect-faces.js';
import type { NetworkInfo } from '../../src/types.js';

const named = (side: number | string): NetworkInfo => ({
  name: 'net',
  inputs: [{ name: 'in', type: 'float32', shape: [1, 3, side, side] }],
  outputs: [],
});

describe('sideRange', () => {
  it('reads what sideRangeName writes', () => {
    expect(sideRange(named(sideRangeName(512, 640)))).toEqual({ least: 512, most: 640, multiple: 32 });
    expect(sideRange(named('side_32_to_4096'))).toEqual({ least: 32, most: 4096, multiple: 32 });
  });

  it.each([
    640,
    '?',
    '',
    'side',
    'side_512_to_',
    'side_512_to_650',
    'side_0_to_640',
    'side_640_to_512',
    'side_32_to_8192',
  ])('finds none in %j', (side) => expect(sideRange(named(side))).toBe(undefined));
});

describe('sideForImage', () => {
  const range = { least: 512, most: 640, multiple: 32 };
  it.each([
    [1, 1, 512],
    [512, 300, 512],
    [513, 1, 544],
    [20, 600, 608],
    [640, 640, 640],
    [641, 10, 640],
    [9000, 10, 640],
  ])('of %i x %i', (width, height, side) => {
    expect(sideForImage(range, { width, height })).toBe(side);
    expect(sideForImage(320, { width, height })).toBe(320);
  });
});

describe('detectorSide', () => {
  it('prefers what is asked for, then what is fixed, then the range, then 640', () => {
    expect(detectorSide(named('side_512_to_640'), 1280)).toBe(1280);
    expect(detectorSide(named(320), undefined)).toBe(320);
    expect(detectorSide(named('side_512_to_640'), undefined)).toMatchObject({ least: 512, most: 640 });
    expect(detectorSide(named('?'), undefined)).toBe(640);
  });
});

describe('detectFaces', () => {
  it.each([
    [300, {}, 512],
    [600, {}, 608],
    [2000, {}, 640],
    [300, { detectorSide: 320 }, 320],
  ])('gives an image of %i pixels with %j an input of %i', async (longer, options, side) => {
    const shapes: (readonly number[])[] = [];
    const rows = ({ stride, length }: { stride: number; length: number }, input: readonly number[]) => {
      const count = 2 * (input[2] / stride) ** 2;
      return { data: new Float32Array(count * length), shape: [count, length] };
    };
    const outputs = [1, 4, 10].flatMap((length) => [8, 16, 32].map((stride) => ({ stride, length })));
    const network = {
      ...named('side_512_to_640'),
      outputs: outputs.map(({ length }, i) => ({ name: `${i}`, type: 'float32' as const, shape: ['n', length] })),
      infer: async ({ shape }: { shape: readonly number[] }) => {
        shapes.push(shape);
        return outputs.map((output) => rows(output, shape));
      },
      close: async () => {},
    };
    const image = { data: new Uint8Array(3 * longer), width: longer, height: 1, channelOrder: 'rgb' } as const;
    expect(await detectFaces(network as never, image, options)).toEqual([]);
    expect(shapes).toEqual([[1, 3, side, side]]);
  });
});
