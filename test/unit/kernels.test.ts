// The kernels against naive double loops written straight from the formulas, and the two sets against each other,
// bit for bit, on thousands of seeded cases.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/drawn-faces/random.js';
import { CHANNEL_ORDERS, type PixelView, pixelView } from '../../src/image/pixel-image.js';
import { defaultKernels } from '../../src/kernels/default-kernels.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { plainKernels } from '../../src/kernels/plain-kernels.js';
import { wasmKernels } from '../../src/kernels/wasm-kernels.js';
import { difference } from '../../src/merged/parity.js';
import { affineMatrix } from '../../src/ops/affine.js';
import { iou, nms } from '../../src/ops/nms.js';
import { warpAffine } from '../../src/ops/warp-affine.js';
import { anchorLevels } from '../../src/scrfd/anchors.js';
import { decodeAnchors } from '../../src/scrfd/decode.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { Workspace } from '../../src/stages/workspace.js';
import { tensor } from '../../src/tensor.js';
import type { AffineMatrix, Face, Network, PixelImage, Tensor } from '../../src/types.js';
import { naiveLetterbox, naiveWarp, sample } from '../support/naive-kernels.js';
import { identical } from '../support/parity.js';

const f32 = Math.fround;

/** Every bit as a number, so that -0 and 0, or two NaNs, are not taken for the same. */
const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** The bytes of an array, to compare with `equals`: a hundred times faster than to look for the worst element. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

function expectBits(received: Float32Array, expected: Float32Array, what: string): void {
  if (bytesOf(received).equals(bytesOf(expected))) return;
  expect(difference(received, expected), what).toEqual(identical(expected.length));
  expect(difference(bits(received), bits(expected)).unequal, `${what}: signs of zeros`).toBe(0);
}

/** Runs a case for each seed; a failure names its seed. */
function repeat(cases: number, run: (random: Random, seed: string) => void): void {
  for (let seed = 0; seed < cases; seed++) run(new Random(seed), `seed ${seed}`);
}

function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random.integer(0, 255);
  return bytes;
}

const CHANNELS = { rgb: 3, bgr: 3, rgba: 4, bgra: 4, gray: 1 };

/** Noise in any channel order, with or without bytes between the rows, in a buffer that holds more than the image. */
function randomImage(random: Random, maxSide: number): PixelView {
  const width = random.integer(1, maxSide);
  const height = random.integer(1, maxSide);
  const channelOrder = random.pick(CHANNEL_ORDERS);
  const rowStride = width * CHANNELS[channelOrder] + random.pick([0, 0, 1, 7]);
  const offset = random.pick([0, 5]);
  const bytes = randomBytes(random, offset + rowStride * height + 3);
  const data = random.pick([bytes, new Uint8ClampedArray(bytes.buffer)]).subarray(offset);
  return pixelView({ data, width, height, channelOrder, rowStride });
}

/** Rotation, scale, shift, now and then a reflection or a shear; most of them show at least a corner of the image. */
function randomMatrix(random: Random, image: PixelView, size: number): AffineMatrix {
  const angle = random.between(-Math.PI, Math.PI);
  const scale = 2 ** random.between(-3, 5) * (size / 64);
  const [a, b] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const [c, d] = random.next() < 0.8 ? [-b, a] : [b + random.between(-1, 1), -a];
  const [x, y] = [random.between(-0.3, 1.3) * image.width, random.between(-0.3, 1.3) * image.height];
  return affineMatrix(a, b, size / 2 - a * x - b * y, c, d, size / 2 - c * x - d * y);
}

const STRANGE_MATRICES: Record<string, AffineMatrix> = {
  'not a number': affineMatrix(Number.NaN, 0, 0, 0, 1, 0),
  'an infinite shift': affineMatrix(1, 0, Number.POSITIVE_INFINITY, 0, 1, 0),
  singular: affineMatrix(1, 2, 3, 2, 4, 6),
  zeros: affineMatrix(0, 0, 0, 0, 0, 0),
  'far outside': affineMatrix(1, 0, 1e6, 0, 1, -1e6),
  'beyond int32': affineMatrix(1e-6, 0, 1e6, 0, 1e-6, -1e6),
  'overflowing positions': affineMatrix(1e-30, 0, 0, 0, 1e-30, 0),
  'a huge enlargement': affineMatrix(1e5, 0, 0, 0, 1e5, 0),
  'a huge reduction': affineMatrix(1e-3, 0, 100, 0, 1e-3, 100),
};

describe('defaultKernels', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is WebAssembly in this runtime', () => {
    expect(defaultKernels().name).toBe('wasm');
  });

  it.each([
    ['there is no WebAssembly', undefined],
    [
      'its SIMD is missing or a policy forbids it',
      {
        Module: class {
          constructor() {
            throw new WebAssembly.CompileError('no');
          }
        },
      },
    ],
  ])('is left to plain TypeScript where %s', (_, replacement) => {
    vi.stubGlobal('WebAssembly', replacement);
    expect(wasmKernels()).toBeUndefined();
  });
});

const wasm = wasmKernels() as Kernels;
const SETS = [plainKernels, wasm];

describe.each(SETS)('letterboxBilinear, $name', (kernels) => {
  it('equals the formulas on a padded canvas', () => {
    repeat(600, (random, seed) => {
      const image = randomImage(random, 24);
      const side = random.integer(2, 24);
      const out = new Float32Array(3 * side * side).fill(Number.NaN);
      kernels.letterboxBilinear(image, side, SCRFD, out);
      expectBits(out, naiveLetterbox(image, side), `${seed}, ${image.width} x ${image.height} to ${side}`);
    });
  });

  it('keeps a constant image constant, and the padding 0', () => {
    repeat(300, (random, seed) => {
      const [width, height, value] = [random.integer(1, 90), random.integer(1, 90), random.integer(0, 255)];
      const data = new Uint8Array(width * height).fill(value);
      const image = pixelView({ data, width, height, channelOrder: 'gray' });
      const side = random.integer(2, 64);
      const out = new Float32Array(3 * side * side).fill(Number.NaN);
      kernels.letterboxBilinear(image, side, SCRFD, out);
      const L = Math.max(width, height);
      const position = (o: number) => (o * (L - 1)) / (side - 1);
      let worstInside = 0;
      let worstOutside = 0;
      out.forEach((received, i) => {
        const [x, y] = [position(i % side), position(Math.floor(i / side) % side)];
        // Between the last pixel and the first of the padding the image fades; rounding may fall to either side there.
        const inside = x <= width - 1 - 1e-3 && y <= height - 1 - 1e-3;
        const outside = x >= width + 1e-3 || y >= height + 1e-3;
        if (inside) worstInside = Math.max(worstInside, Math.abs(received - (value - 127.5) / 128));
        if (outside) worstOutside = Math.max(worstOutside, Math.abs(received));
      });
      // The four rounded weights add up to 1 only to a few units in the last place.
      expect(worstInside, `${seed} inside`).toBeLessThan(3e-7);
      expect(worstOutside, `${seed} padding`).toBe(0);
    });
  });

  it('takes any normalisation', () => {
    repeat(100, (random, seed) => {
      const image = randomImage(random, 40);
      const normalization = random.pick([
        { mean: 0, std: 1 },
        { mean: 127.5, std: 127.5 },
        { mean: 0.485 * 255, std: 0.229 * 255 },
        { mean: 104, std: 0.5 },
      ]);
      const [received, expected] = [new Float32Array(3 * 32 * 32), new Float32Array(3 * 32 * 32)];
      kernels.letterboxBilinear(image, 32, normalization, received);
      plainKernels.letterboxBilinear(image, 32, normalization, expected);
      expectBits(received, expected, `${seed} ${JSON.stringify(normalization)}`);
    });
  });
});

describe('letterboxBilinear, both sets of kernels', () => {
  const both = (image: PixelView, side: number, what: string) => {
    const [received, expected] = SETS.map((kernels) => {
      const out = new Float32Array(3 * side * side).fill(Number.NaN);
      kernels.letterboxBilinear(image, side, SCRFD, out);
      return out;
    });
    expectBits(received, expected, what);
  };

  it('are the same on images of real sizes', () => {
    repeat(12, (random, seed) => both(randomImage(random, 1920), 640, seed));
  });

  it('are the same where an image is too wide for the fixed memory', () => {
    const image = pixelView({
      data: new Uint8Array(70_000).map((_, i) => i * 31),
      width: 70_000,
      height: 1,
      channelOrder: 'gray',
    });
    both(image, 64, 'wide');
  });

  it.each([
    ['some rows', 300_000, 30],
    ['one pair of rows', 2_500_000, 5],
    ['not one pair of rows', 5_000_000, 3],
  ])('are the same where the fixed memory holds %s', (_, rowStride, height) => {
    const data = Uint8Array.from({ length: rowStride * height }, (_, i) => (i * 2654435761) >>> 24);
    both(pixelView({ data, width: 20, height, channelOrder: 'rgb', rowStride }), 40, 'far rows');
  });

  it('leave the image alone', () => {
    const image = randomImage(new Random(1), 60);
    const before = image.data.slice();
    both(image, 32, 'unchanged');
    expect(image.data).toEqual(before);
  });
});

describe.each(SETS)('letterboxArea, $name', (kernels) => {
  it('is the mean over the area that an output pixel covers', () => {
    repeat(300, (random, seed) => {
      const image = randomImage(random, random.pick([8, 60]));
      const side = random.integer(1, 24);
      const out = new Float32Array(3 * side * side).fill(Number.NaN);
      kernels.letterboxArea(image, side, SCRFD, out);
      const ratio = Math.max(image.width, image.height) / side;
      const share = (pixel: number, o: number) =>
        Math.max(0, Math.min(pixel + 1, (o + 1) * ratio) - Math.max(pixel, o * ratio)) / ratio;
      let worst = 0;
      for (let i = 0; i < 40; i++) {
        const [plane, ox, oy] = [random.integer(0, 2), random.integer(0, side - 1), random.integer(0, side - 1)];
        const channel = [image.red, image.green, image.blue][plane];
        let expected = 0;
        for (let y = 0; y < image.height; y++) {
          const ofRow = share(y, oy);
          for (let x = 0; ofRow > 0 && x < image.width; x++) {
            expected += (share(x, ox) * ofRow * (sample(image, x, y, channel) - SCRFD.mean)) / SCRFD.std;
          }
        }
        worst = Math.max(worst, Math.abs(out[(plane * side + oy) * side + ox] - expected));
      }
      // Computed in float64, rounded to float32 at the end.
      expect(worst, seed).toBeLessThan(1e-7);
    });
  });
});

describe('letterboxArea, both sets of kernels', () => {
  function both(image: PixelView, side: number, what: string): void {
    const [expected, received] = SETS.map((kernels) => {
      const out = new Float32Array(3 * side * side).fill(Number.NaN);
      kernels.letterboxArea(image, side, SCRFD, out);
      return out;
    });
    expectBits(received, expected, what);
  }

  it('are the same', () => {
    repeat(300, (random, seed) => both(randomImage(random, 150), random.integer(1, 48), seed));
    repeat(3, (random, seed) => both(randomImage(random, 3000), 640, seed));
  });

  it('are the same where many pixels fall into one, and where a row is too long for the fixed memory', () => {
    const strip = (width: number) =>
      pixelView({ data: new Uint8Array(width).fill(255), width, height: 1, channelOrder: 'gray' });
    for (const width of [255, 256, 257, 258, 270, 1000, 70_000]) both(strip(width), 1, `${width} in one`);
  });
});

const bgr = ({ red, green, blue }: PixelView) => [blue, green, red] as const;

describe('warpAffine', () => {
  it('equals the formulas', () => {
    repeat(2000, (random, seed) => {
      const image = randomImage(random, 20);
      const size = random.integer(1, 16);
      const matrix = randomMatrix(random, image, size);
      const expected = naiveWarp((x, y, channel) => sample(image, x, y, bgr(image)[channel]), matrix, size);
      expectBits(warpAffine(image, matrix, size, bgr(image)), expected, seed);
    });
  });

  it('is a copy for the identity and a shifted copy for a whole shift, black beyond the border', () => {
    repeat(200, (random, seed) => {
      const image = randomImage(random, 20);
      const [tx, ty] = random.pick([
        [0, 0],
        [random.integer(-25, 25), random.integer(-25, 25)],
      ]);
      const crop = warpAffine(image, affineMatrix(1, 0, tx, 0, 1, ty), 20, bgr(image));
      const expected = Float32Array.from({ length: crop.length }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % 20, Math.floor(i / 60)];
        return sample(image, x - tx, y - ty, bgr(image)[i % 3]);
      });
      expectBits(crop, expected, `${seed}, shift ${tx} ${ty}`);
    });
  });

  it.each(Object.keys(STRANGE_MATRICES))('a matrix that is or has %s gives finite samples', (name) => {
    const image = randomImage(new Random(3), 50);
    const crop = warpAffine(image, STRANGE_MATRICES[name], 24, bgr(image));
    expect(crop.every((value) => value >= 0 && value <= 255)).toBe(true);
  });
});

describe('Kernels.alignedCrops', () => {
  const CROP_LENGTH = 3 * 224 * 224;
  const INPUT_LENGTH = 3 * 192 * 192;

  function cropWith(kernels: Kernels, image: PixelView, matrix: AffineMatrix, order: 'bgr' | 'rgb') {
    // Dirty, as reused buffers are.
    const crop = new Uint8Array(CROP_LENGTH).fill(77);
    const input = new Float32Array(INPUT_LENGTH).fill(Number.NaN);
    kernels.alignedCrops(image, matrix, order, crop, input);
    return { crop, input };
  }

  function both(image: PixelView, matrix: AffineMatrix, order: 'bgr' | 'rgb', what: string): void {
    const [expected, received] = SETS.map((kernels) => cropWith(kernels, image, matrix, order));
    if (!bytesOf(received.crop).equals(expected.crop))
      expect(difference(received.crop, expected.crop), what).toEqual(identical(CROP_LENGTH));
    expectBits(received.input, expected.input, what);
  }

  it('are the same from both sets: every position, border, channel order and row stride', () => {
    repeat(250, (random, seed) => {
      const image = randomImage(random, random.pick([3, 30, 300]));
      both(image, randomMatrix(random, image, 224), random.pick(['bgr', 'rgb'] as const), seed);
    });
  });

  it.each(Object.entries(STRANGE_MATRICES))(
    'are the same from both sets for a matrix that is or has %s',
    (name, matrix) => {
      both(randomImage(new Random(4), 80), matrix, 'bgr', name);
    },
  );

  it('are the same from both sets where the face is too large for the fixed memory', () => {
    const [width, height] = [3000, 2000];
    const data = new Uint8Array(width * height * 3).map((_, i) => (i * 2654435761) >>> 24);
    const image = pixelView({ data, width, height, channelOrder: 'rgb' });
    both(image, affineMatrix(0.1, 0.02, 0, -0.02, 0.1, 0), 'bgr', 'large');
    both(image, affineMatrix(0.9, 0.3, -700, -0.3, 0.9, -400), 'bgr', 'part of a large image');
  });

  it('are the same from both sets at the far end of an image of millions of columns', () => {
    const width = 5_000_000;
    const data = Uint8Array.from({ length: 2 * width }, (_, i) => (i * 2654435761) >>> 24);
    const image = pixelView({ data, width, height: 2, channelOrder: 'gray' });
    both(image, affineMatrix(1, 0, 150 - width, 0, 1, 100), 'bgr', 'wide');
  });

  it('forget the last face: a crop beyond the image is black after any other', () => {
    const image = randomImage(new Random(5), 200);
    for (const kernels of SETS) {
      cropWith(kernels, image, affineMatrix(2, 0, 0, 0, 2, 0), 'bgr');
      const { crop, input } = cropWith(kernels, image, STRANGE_MATRICES['far outside'], 'bgr');
      expect(crop.every((value) => value === 0)).toBe(true);
      expect(input.every((value) => value === 0)).toBe(true);
    }
  });

  it.each(SETS)('$name: the crop is the exact one truncated, the landmark input a warp of the exact one', (kernels) => {
    repeat(6, (random, seed) => {
      const image = randomImage(random, 250);
      const matrix = randomMatrix(random, image, 224);
      const exact = warpAffine(image, matrix, 224, bgr(image));
      const { crop, input } = cropWith(kernels, image, matrix, 'bgr');
      expect(difference(crop, exact.map(Math.trunc)), seed).toEqual(identical(CROP_LENGTH));
      const tap = (x: number, y: number, channel: number) =>
        x < 0 || y < 0 || x >= 224 || y >= 224 ? 0 : exact[(y * 224 + x) * 3 + channel];
      const interleaved = naiveWarp(tap, affineMatrix(0.57142857, 0, 32, 0, 0.57142857, 32), 192);
      const planes = Float32Array.from(input, (_, i) => interleaved[(i % 192 ** 2) * 3 + Math.floor(i / 192 ** 2)]);
      expectBits(input, planes, seed);
    });
  });
});

describe('nms and iou', () => {
  /** Boxes in clusters, with equal scores now and then and corners in any order. */
  function randomBoxes(random: Random): { boxes: Float32Array; scores: Float32Array } {
    const n = random.integer(0, 60);
    const boxes = new Float32Array(4 * n);
    const spread = random.pick([20, 100, 600]);
    for (let i = 0; i < n; i++) {
      const [x, y] = [random.integer(0, spread), random.integer(0, spread)];
      const [w, h] = [random.integer(0, 60), random.integer(0, 60)];
      const corners = [x, y, x + w, y + h];
      boxes.set(random.next() < 0.2 ? [corners[2], corners[1], corners[0], corners[3]] : corners, 4 * i);
    }
    const scores = Float32Array.from({ length: n }, () => random.integer(50, 70) / 100);
    return { boxes, scores };
  }

  function naiveIou(boxes: Float32Array, i: number, j: number): number {
    const side = (k: number, axis: number) => {
      const [p, q] = [boxes[4 * k + axis], boxes[4 * k + axis + 2]];
      return p < q ? [p, q] : [q, p];
    };
    const [ax, ay, bx, by] = [side(i, 0), side(i, 1), side(j, 0), side(j, 1)];
    const overlap = ([p1, p2]: number[], [q1, q2]: number[]) => f32(Math.min(p2, q2) - Math.max(p1, q1));
    if (overlap(ax, bx) <= 0 || overlap(ay, by) <= 0) return 0;
    const intersection = f32(overlap(ax, bx) * overlap(ay, by));
    const area = ([x1, x2]: number[], [y1, y2]: number[]) => f32(f32(x2 - x1) * f32(y2 - y1));
    if (area(ax, ay) <= 0 || area(bx, by) <= 0) return 0;
    return f32(intersection / f32(f32(area(ax, ay) + area(bx, by)) - intersection));
  }

  function naiveNms(boxes: Float32Array, scores: Float32Array, threshold: number, limit: number): number[] {
    const rest = new Set(scores.keys());
    const kept: number[] = [];
    while (rest.size > 0 && kept.length < limit) {
      let best = -1;
      for (const row of rest) if (best < 0 || scores[row] > scores[best]) best = row;
      kept.push(best);
      for (const row of rest) if (row === best || naiveIou(boxes, row, best) > f32(threshold)) rest.delete(row);
    }
    return kept;
  }

  it('keeps what the naive rule keeps, in its order, ties by lower row', () => {
    repeat(3000, (random, seed) => {
      const { boxes, scores } = randomBoxes(random);
      const threshold = random.pick([0, 0.2, 0.4, 0.7, 1]);
      const limit = random.pick([1, 5, 1000]);
      expect(nms(boxes, scores, threshold, limit), seed).toEqual(naiveNms(boxes, scores, threshold, limit));
    });
  });

  it('keeps a subset without overlaps, drops only what overlaps, and is idempotent', () => {
    repeat(1000, (random, seed) => {
      const { boxes, scores } = randomBoxes(random);
      const threshold = random.between(0.1, 0.8);
      const kept = nms(boxes, scores, threshold, 1000);
      expect(new Set(kept).size, seed).toBe(kept.length);
      const above = (row: number, other: number) => iou(boxes, row, other) > f32(threshold);
      const overlapping = kept.filter((row, i) => kept.slice(0, i).some((other) => above(row, other)));
      expect(overlapping, seed).toEqual([]);
      const dropped = Array.from(scores.keys()).filter((row) => !kept.includes(row));
      const groundless = dropped.filter(
        (row) => !kept.some((other) => scores[other] >= scores[row] && above(row, other)),
      );
      expect(groundless, seed).toEqual([]);
      const keptBoxes = Float32Array.from(kept.flatMap((row) => [...boxes.subarray(4 * row, 4 * row + 4)]));
      const keptScores = Float32Array.from(kept, (row) => scores[row]);
      expect(nms(keptBoxes, keptScores, threshold, 1000), seed).toEqual(kept.map((_, i) => i));
    });
  });

  it('IoU of known pairs', () => {
    const pair = (...sides: number[]) => iou(Float32Array.from(sides), 0, 1);
    expect(pair(0, 0, 2, 2, 0, 0, 2, 2)).toBe(1);
    expect(pair(0, 0, 2, 2, 1, 1, 3, 3)).toBe(f32(1 / 7));
    expect(pair(2, 2, 0, 0, 3, 1, 1, 3)).toBe(f32(1 / 7));
    expect(pair(0, 0, 2, 2, 2, 0, 4, 2)).toBe(0);
    expect(pair(1, 1, 1, 5, 0, 0, 4, 4)).toBe(0);
    expect(pair(Number.NaN, 0, 2, 2, 0, 0, 2, 2)).toBe(0);
  });
});

describe('decodeAnchors', () => {
  it('equals the formulas for every row above the threshold, and only those', () => {
    repeat(40, (random, seed) => {
      const side = 32 * random.integer(1, 4);
      const levels = anchorLevels(side);
      const noise = (length: number, scale: number) =>
        Float32Array.from({ length }, () => random.between(-scale, scale));
      const outputs = {
        scores: levels.map(({ rows }) => noise(rows, 1).map(Math.abs)),
        boxes: levels.map(({ rows }) => noise(rows * 4, 5)),
        keypoints: levels.map(({ rows }) => noise(rows * 10, 5)),
      };
      const minScore = random.pick([0, 0.3, 0.9]);
      // Exactly at the threshold is not above it.
      for (let i = 0; i < 5; i++) outputs.scores[0][random.integer(0, 31)] = minScore;
      const expected = {
        rows: [] as number[],
        scores: [] as number[],
        boxes: [] as number[],
        keypoints: [] as number[],
      };
      let row = 0;
      [8, 16, 32].forEach((stride, level) => {
        for (let cy = 0; cy < side; cy += stride) {
          for (let cx = 0; cx < side; cx += stride) {
            for (let anchor = 0; anchor < 2; anchor++, row++) {
              const i = ((cy / stride) * (side / stride) + cx / stride) * 2 + anchor;
              if (!(outputs.scores[level][i] > f32(minScore))) continue;
              const [l, t, r, b] = outputs.boxes[level].subarray(4 * i, 4 * i + 4).map((value) => f32(value * stride));
              expected.rows.push(row);
              expected.scores.push(outputs.scores[level][i]);
              expected.boxes.push(f32(cx - l), f32(cy - t), f32(cx + r), f32(cy + b));
              outputs.keypoints[level].subarray(10 * i, 10 * i + 10).forEach((value, k) => {
                expected.keypoints.push(f32((k % 2 === 0 ? cx : cy) + f32(value * stride)));
              });
            }
          }
        }
      });
      const found = decodeAnchors(outputs, levels, minScore);
      for (const kind of ['rows', 'scores', 'boxes', 'keypoints'] as const) {
        expect(difference(found[kind], expected[kind]), `${seed} ${kind}`).toEqual(identical(expected[kind].length));
      }
    });
  });
});

describe('Workspace', () => {
  it('lends a buffer again when its job has ended, and never to two jobs at once', async () => {
    const workspace = new Workspace();
    const open: (() => void)[] = [];
    const held: Float32Array[] = [];
    const job = (buffer: Float32Array) => {
      held.push(buffer);
      return new Promise<void>((resolve) => open.push(resolve));
    };
    const jobs = [workspace.lend(10, job), workspace.lend(10, job)];
    expect(held.map((buffer) => buffer.length)).toEqual([10, 10]);
    expect(held[0].buffer).not.toBe(held[1].buffer);
    for (const close of open) close();
    await Promise.all(jobs);
    await workspace.lend(7, async (buffer) => {
      expect(buffer.length).toBe(7);
      expect(held.map(({ buffer }) => buffer)).toContain(buffer.buffer);
    });
  });

  it('takes a buffer back from a job that failed, and does without one that was transferred', async () => {
    const workspace = new Workspace();
    const used: ArrayBufferLike[] = [];
    const failing = workspace.lend(4, async (buffer) => {
      used.push(buffer.buffer);
      throw new Error('no inference today');
    });
    await expect(failing).rejects.toThrow('no inference today');
    await workspace.lend(4, async (buffer) => {
      expect(buffer.buffer).toBe(used[0]);
      structuredClone(buffer, { transfer: [buffer.buffer as ArrayBuffer] });
    });
    await workspace.lend(4, async (buffer) => {
      expect(buffer.length).toBe(4);
      expect(buffer.buffer).not.toBe(used[0]);
    });
  });
});

describe('overlapping calls', () => {
  const side = 64;
  const open = (name: string, shape: (number | string)[]) => ({ name, type: 'float32', shape });

  /** A network that takes its time, and looks whether its input stays as it was. */
  function slow(inputShape: (number | string)[], outputs: (input: Tensor) => Tensor[], seen: Float32Array[]): Network {
    return {
      name: 'stub',
      inputs: [open('in', inputShape)],
      outputs: outputs(tensor(new Float32Array(0), [1])).map(({ shape }, i) => open(String(i), [...shape])),
      async infer(input) {
        const before = (input.data as Float32Array).slice();
        await new Promise((resolve) => setTimeout(resolve, 5));
        expectBits(input.data as Float32Array, before, 'input during a run');
        seen.push(before);
        return outputs(input);
      },
    };
  }

  /** One face at the first anchor of the finest level. */
  function oneFace(): Tensor[] {
    const levels = anchorLevels(side);
    const outputs = [1, 4, 10].flatMap((k) => levels.map(({ rows }) => tensor(new Float32Array(rows * k), [rows, k])));
    outputs[0].data[0] = 0.9;
    outputs[3].data.set([0, 0, 6, 6]);
    outputs[6].data.set([1, 1, 4, 1, 2.5, 2.5, 1.5, 4, 4, 4]);
    return outputs;
  }

  it.each(SETS)('$name: share neither inputs nor results', async (kernels) => {
    const inputs: Float32Array[] = [];
    const networks = {
      detector: slow([1, 3, side, side], oneFace, inputs),
      landmarker: slow(
        ['n', 3, 192, 192],
        (input) => [tensor(new Float32Array(212 * input.shape[0]).fill(0.1), [input.shape[0], 212])],
        inputs,
      ),
    };
    const random = new Random(8);
    const images: PixelImage[] = [70, 70, 70].map((width) => ({
      data: randomBytes(random, width * 60 * 3),
      width,
      height: 60,
      channelOrder: 'rgb',
    }));
    const workspace = new Workspace(kernels);
    const together = await Promise.all(images.map((image) => analyzeFaces(networks, image, {}, workspace)));
    expect(inputs.length).toBe(6);
    const kept = together.map((faces) => (faces[0].crop.data as Uint8Array).slice());
    const apart: Face[][] = [];
    for (const image of images) apart.push(await analyzeFaces(networks, image, {}, workspace));
    // The pixels apart: `toEqual` takes seconds for them.
    const withoutCrop = (faces: Face[]) => faces.map(({ crop, ...face }) => ({ ...face, shape: crop.shape }));
    expect(together.map(withoutCrop)).toEqual(apart.map(withoutCrop));
    together.forEach((faces, i) => {
      expect(difference(faces[0].crop.data, apart[i][0].crop.data)).toEqual(identical(kept[i].length));
      expect(difference(faces[0].crop.data, kept[i]), 'results after later calls').toEqual(identical(kept[i].length));
    });
    expect(difference(kept[0], kept[1]).unequal).toBeGreaterThan(0);
  });
});
