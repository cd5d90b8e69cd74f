// The same pixels in any layout give the same detector input and the same crops, whatever lies around them in memory.
import fc from 'fast-check';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { estimateCropTransforms } from '../../src/alignment/estimate-crop-transforms.js';
import { InvalidImageError } from '../../src/errors.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { CHANNEL_ORDERS, pixelView } from '../../src/image/pixel-image.js';
import { defaultKernels } from '../../src/kernels/default-kernels.js';
import { plainKernels } from '../../src/kernels/plain-kernels.js';
import { difference } from '../../src/merged/parity.js';
import { cropAligned } from '../../src/stages/align-face.js';
import { detectFaces } from '../../src/stages/detect-faces.js';
import { detectorInput } from '../../src/stages/detector-input.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import type { ChannelOrder, PixelImage, Point } from '../../src/types.js';
import { identical } from '../support/parity.js';
import { stubDetector, stubLandmarker } from '../support/stub-networks.js';

const SIDE = 64;

/** Position of red, green and blue in a pixel. */
const CHANNELS: Record<ChannelOrder, { samples: number; rgb: [number, number, number] }> = {
  rgb: { samples: 3, rgb: [0, 1, 2] },
  bgr: { samples: 3, rgb: [2, 1, 0] },
  rgba: { samples: 4, rgb: [0, 1, 2] },
  bgra: { samples: 4, rgb: [2, 1, 0] },
  gray: { samples: 1, rgb: [0, 0, 0] },
};

interface Layout {
  channelOrder: ChannelOrder;
  gap: number;
  before: number;
  behind: number;
  shared: boolean;
  clamped: boolean;
  /** What fills the gaps, the alpha channel and the memory around. */
  around: number;
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  channelOrder: fc.constantFrom(...CHANNEL_ORDERS),
  gap: fc.integer({ min: 0, max: 40 }),
  before: fc.integer({ min: 0, max: 70 }),
  behind: fc.integer({ min: 0, max: 70 }),
  shared: fc.boolean(),
  clamped: fc.boolean(),
  around: fc.integer({ min: 0, max: 255 }),
});

const sizes = fc.record({ width: fc.integer({ min: 1, max: 50 }), height: fc.integer({ min: 1, max: 50 }) });

/** Key points anywhere around the image, so that crops also lie beside it. */
const points = fc.array(
  fc.record({ x: fc.double({ min: -80, max: 130, noNaN: true }), y: fc.double({ min: -80, max: 130, noNaN: true }) }),
  { minLength: 5, maxLength: 5 },
);

const pixel = (x: number, y: number, channel: number, gray: boolean) =>
  (x * 31 + y * 17 + (gray ? 0 : channel * 101) + ((x * y) >> 2)) & 255;

/** The pattern in a layout, and the memory that holds it. */
function build(width: number, height: number, layout: Layout, gray: boolean) {
  const { channelOrder, gap, before, behind, shared, clamped, around } = layout;
  const { samples, rgb } = CHANNELS[channelOrder];
  const rowStride = width * samples + gap;
  const length = rowStride * (height - 1) + width * samples;
  const memory = new (shared ? SharedArrayBuffer : ArrayBuffer)(before + length + behind) as ArrayBuffer;
  new Uint8Array(memory).fill(around);
  const data = new (clamped ? Uint8ClampedArray : Uint8Array)(memory, before, length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const c of [0, 1, 2]) data[y * rowStride + x * samples + rgb[c]] = pixel(x, y, c, gray);
    }
  }
  return { image: { data, width, height, channelOrder, rowStride } satisfies PixelImage, memory };
}

const COMPACT: Layout = { channelOrder: 'rgb', gap: 0, before: 0, behind: 0, shared: false, clamped: false, around: 0 };

/** What both kernels make of an image, one after the other. */
function results(image: PixelImage, keypoints: readonly Point[]) {
  const view = pixelView(image);
  const [transform] = estimateCropTransforms([keypoints]);
  return [plainKernels, defaultKernels()].flatMap((kernels) => {
    const { crop, landmarkInput } = cropAligned(view, transform, 'bgr', kernels);
    return [detectorInput(view, SIDE, kernels).tensor.data, landmarkInput.data, crop.data];
  });
}

function expectSame(actual: ReturnType<typeof results>, expected: ReturnType<typeof results>): void {
  expected.forEach((values, i) => {
    expect(difference(actual[i], values)).toEqual(identical(values.length));
  });
}

describe('any layout of the same pixels', () => {
  it('gives the same detector input and crops, and stays as it is', () => {
    fc.assert(
      fc.property(sizes, layouts, points, ({ width, height }, layout, keypoints) => {
        const gray = layout.channelOrder === 'gray';
        const expected = results(build(width, height, COMPACT, gray).image, keypoints);
        const { image, memory } = build(width, height, layout, gray);
        const before = new Uint8Array(memory).slice();
        expectSame(results(image, keypoints), expected);
        expect(Buffer.from(memory).equals(before)).toBe(true);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('also above 1920 pixels, where images are reduced', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1921, max: 2100 }), fc.boolean(), layouts, (long, wide, layout) => {
        const [width, height] = wide ? [long, 5] : [5, long];
        const gray = layout.channelOrder === 'gray';
        const expected = detectorInput(pixelView(build(width, height, COMPACT, gray).image), SIDE).tensor.data;
        const actual = detectorInput(pixelView(build(width, height, layout, gray).image), SIDE).tensor.data;
        expect(difference(actual, expected)).toEqual(identical(expected.length));
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe('imageFromTensor', () => {
  /** Cuts, steps, mirrors and transpositions in any order. */
  const changes = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('step' as const), axis: fc.nat(1), step: fc.constantFrom(-2, -1, 2, 3) }),
      fc.record({
        kind: fc.constant('cut' as const),
        axis: fc.nat(1),
        from: fc.nat(3),
        length: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ kind: fc.constant('transpose' as const) }),
      fc.record({ kind: fc.constant('channels' as const) }),
    ),
    { maxLength: 5 },
  );
  type Change = typeof changes extends fc.Arbitrary<(infer T)[]> ? T : never;

  function apply(array: NdArray<Uint8Array>, change: Change): NdArray<Uint8Array> {
    const [, , channels] = array.shape;
    switch (change.kind) {
      case 'step':
        return change.axis === 0 ? array.step(change.step, 1, 1) : array.step(1, change.step, 1);
      case 'transpose':
        return array.transpose(1, 0, 2);
      case 'channels':
        return array.step(1, 1, -1);
      case 'cut': {
        const room = array.shape[change.axis];
        const from = Math.min(change.from, room - 1);
        const length = Math.min(change.length, room - from);
        return change.axis === 0
          ? array.lo(from, 0, 0).hi(length, array.shape[1], channels)
          : array.lo(0, from, 0).hi(array.shape[0], length, channels);
      }
    }
  }

  /** Element by element, which cannot go wrong. */
  function naiveCopy(array: NdArray<Uint8Array>, channelOrder: ChannelOrder): PixelImage {
    const [height, width, channels] = array.shape;
    const data = new Uint8Array(height * width * channels);
    for (let i = 0; i < data.length; i++) {
      const at = Math.floor(i / channels);
      data[i] = array.get(Math.floor(at / width), at % width, i % channels);
    }
    return { data, width, height, channelOrder };
  }

  it('of an array in any strides is what a naive copy of it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANNEL_ORDERS), changes, points, (channelOrder, list, keypoints) => {
        const { samples } = CHANNELS[channelOrder];
        const data = Uint8Array.from({ length: 13 * 17 * samples }, (_, i) => (i * 37 + (i >> 4)) & 255);
        const before = data.slice();
        const array = list.reduce(apply, ndarray(data, [13, 17, samples]) as NdArray<Uint8Array>);
        const expected = results(naiveCopy(array, channelOrder), keypoints);
        expectSame(results(imageFromTensor(array, channelOrder), keypoints), expected);
        expect(data).toEqual(before);
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});

describe('memory that goes away', () => {
  const image = (): PixelImage => ({ data: new Uint8Array(64 * 64), width: 64, height: 64, channelOrder: 'gray' });
  const detach = ({ data }: PixelImage) => structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });

  it('before a call is refused', async () => {
    const gone = image();
    detach(gone);
    await expect(detectFaces(stubDetector(), gone)).rejects.toThrow(InvalidImageError);
  });

  it('while the detector runs is refused when the crops are due', async () => {
    const gone = image();
    const detector = stubDetector();
    const infer: typeof detector.infer = (input) => {
      detach(gone);
      return detector.infer(input);
    };
    const networks = { detector: { ...detector, infer }, landmarker: stubLandmarker() };
    await expect(analyzeFaces(networks, gone)).rejects.toThrow(InvalidImageError);
  });

  it('shrinks under a view: as many bytes as are left', () => {
    const memory = Reflect.construct(ArrayBuffer, [300, { maxByteLength: 300 }]);
    const shrunk: PixelImage = { data: new Uint8Array(memory), width: 10, height: 10, channelOrder: 'rgb' };
    expect(pixelView(shrunk).width).toBe(10);
    memory.resize(299);
    expect(() => pixelView(shrunk)).toThrow(/at least 300 bytes .* received 299 bytes/);
  });
});
