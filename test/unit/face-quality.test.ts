import { describe, expect, it } from 'vitest';
import { resultToJson } from '../../src/detector/result-to-json.js';
import { InvalidOptionError } from '../../src/errors.js';
import { byQuality } from '../../src/face/by-quality.js';
import { faceQuality } from '../../src/face/face-quality.js';
import { MEAN_SHAPE } from '../../src/landmark106/mean-shape.js';
import { alignFace } from '../../src/stages/align-face.js';
import type { PixelImage } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';
import { RECEIPT } from '../support/receipt.js';

const SIDE = 240;
type View = { yaw?: number; pitch?: number; at?: number; width?: number };

/** An average head that is turned, seen from far away, with its middle at `at` in x: as a face of the image. */
function faceOf(image: PixelImage, { yaw = 0, pitch = 0, at = SIDE / 2, width = 120 }: View = {}) {
  const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const spread = Math.max(...MEAN_SHAPE.map(([x]) => x)) - Math.min(...MEAN_SHAPE.map(([x]) => x));
  const scale = width / spread;
  const seen = (x: number, y: number, z: number) => ({
    x: at + scale * (Math.cos(a) * x - Math.sin(a) * (Math.cos(b) * z - Math.sin(b) * y)),
    y: SIDE / 2 + scale * (Math.cos(b) * y + Math.sin(b) * z),
  });
  const landmarksFloat = MEAN_SHAPE.map(([x, y, z]) => seen(x, y, z));
  const face = faceIn(image);
  // Key points of a face that looks straight ahead: the crop is the same, however the landmarks turn.
  const upright = [-0.2, 0.2, 0, -0.15, 0.15].map((x, i) => ({
    x: Math.round(at + x * width),
    y: Math.round(SIDE / 2 + [-0.2, -0.2, 0.05, 0.25, 0.25][i] * width),
  }));
  return { ...face, ...alignFace(image, upright), landmarksFloat };
}

const sharp = noise(SIDE, SIDE);
const map = (image: PixelImage, change: (value: number, at: number) => number): PixelImage => ({
  ...image,
  data: image.data.map(change),
});
/** The mean of so many neighbours in a row. */
const blurred = (image: PixelImage, reach: number) =>
  map(image, (_, at) => {
    let [sum, count] = [0, 0];
    for (let k = -reach; k <= reach; k++) {
      const value = image.data[at + 3 * k];
      if (value !== undefined) [sum, count] = [sum + value, count + 1];
    }
    return sum / count;
  });
const quality = (image: PixelImage, view?: View) => faceQuality(faceOf(image, view), image);
const strictlyFalls = (values: readonly number[]) => values.every((value, i) => i === 0 || value < values[i - 1]);

describe('faceQuality', () => {
  it('falls with blur', () => {
    const all = [0, 1, 2, 4].map((reach) => quality(blurred(sharp, reach)));
    expect(strictlyFalls(all.map(({ sharpness }) => sharpness))).toBe(true);
    expect(strictlyFalls(all.map(({ score }) => score))).toBe(true);
    // Crops are truncated to whole values, so that one colour comes out as two that differ by 1.
    expect(quality(map(sharp, () => 90)).sharpness).toBeLessThan(1);
  });

  it('falls with the share that is cut off, and the black beyond the image counts as neither dark nor sharp', () => {
    const soft = map(sharp, (value) => 120 + value / 16);
    const all = [SIDE / 2, 30, 10, -20].map((at) => quality(soft, { at }));
    expect(all[0].outside).toBe(0);
    expect(strictlyFalls(all.map(({ outside }) => -outside))).toBe(true);
    expect(strictlyFalls(all.map(({ score }) => score))).toBe(true);
    for (const { brightness } of all) expect(Math.abs(brightness - all[0].brightness)).toBeLessThan(0.01);
    for (const { sharpness } of all) expect(sharpness).toBeLessThan(1.5 * all[0].sharpness);
  });

  it.each(['yaw', 'pitch'] as const)('falls with the %s', (angle) => {
    const all = [0, 15, 30].map((degrees) => quality(sharp, { [angle]: degrees }));
    const minus = quality(sharp, { [angle]: -30 });
    expect(strictlyFalls(all.map(({ frontality }) => frontality ?? Number.NaN))).toBe(true);
    expect(all[2].frontality).toBeCloseTo(Math.cos(Math.PI / 6), 2);
    expect(minus.frontality).toBeCloseTo(Math.cos(Math.PI / 6), 2);
    expect(strictlyFalls(all.map(({ score }) => score))).toBe(true);
  });

  it('falls with the size, in pixels, up to what networks take in', () => {
    const sizes = [110, 80, 50, 30].map((width) => quality(sharp, { width }));
    expect(strictlyFalls(sizes.map(({ size }) => size))).toBe(true);
    expect(sizes[0].size / sizes[2].size).toBeCloseTo(2.2, 5);
    expect(strictlyFalls(sizes.map(({ score }) => score))).toBe(true);
    // Without the share of the sharpness, which changes with the size of a crop too.
    const [, medium, , small] = sizes.map(({ score, sharpness }) => (score * (sharpness + 100)) / sharpness);
    expect(medium / small).toBeCloseTo(80 / 30, 5);
  });

  it('falls towards black and towards white', () => {
    const at = (level: number) => quality(map(sharp, (value) => level + (value - 128) / 16));
    const [black, dark, middle, glaring] = [10, 25, 128, 246].map(at);
    expect(middle.brightness).toBeCloseTo(0.5, 1);
    expect(strictlyFalls([middle, dark, black].map(({ score }) => score))).toBe(true);
    expect(glaring.score).toBeLessThan(middle.score);
    expect(strictlyFalls([glaring, middle, dark, black].map(({ brightness }) => brightness))).toBe(true);
  });

  it('is 0 where nothing of the face is to be seen, and where the pose is unknown', () => {
    expect(quality(sharp, { at: -500 })).toEqual({
      score: 0,
      sharpness: 0,
      size: 0,
      brightness: 0,
      outside: 1,
      frontality: null,
    });
    const face = faceOf(sharp);
    const unknown = faceQuality({ ...face, landmarksFloat: face.landmarksFloat.toReversed() }, sharp);
    expect(unknown).toMatchObject({ score: 0, frontality: null });
    expect(unknown.sharpness).toBeGreaterThan(0);
    const spread = face.landmarksFloat.with(3, { x: Number.NaN, y: 0 });
    expect(faceQuality({ ...face, landmarksFloat: spread }, sharp).size).toBe(0);
  });

  it('refuses a face without a crop, and no size', () => {
    const { crop: _, ...bare } = faceOf(sharp);
    expect(() => faceQuality(bare as never, sharp)).toThrow(InvalidOptionError);
    expect(() => faceQuality(faceOf(sharp), { width: 0, height: 3 })).toThrow('the image.width');
  });

  it('is in the JSON of a result, where attributes are asked for and faces have crops', () => {
    const face = faceOf(sharp);
    const { crop: _, ...bare } = face;
    const result = {
      image: { name: 'a', width: SIDE, height: SIDE, decoder: 'none' },
      timings: { decode: 1, analyze: 2 },
      networks: RECEIPT,
      faces: [face, bare],
    };
    const { faces } = resultToJson(result, { attributes: true });
    expect(faces[0].attributes?.quality).toEqual(faceQuality(face, sharp));
    expect(faces[1].attributes).not.toHaveProperty('quality');
    expect(resultToJson(result).faces[0]).not.toHaveProperty('attributes');
  });
});

describe('byQuality', () => {
  it('sorts the best first and leaves equal ones in their order', () => {
    const pictures = [
      { name: 'a', score: 0.2 },
      { name: 'b', score: 0.9 },
      { name: 'c', score: 0.2 },
      { name: 'd', score: 0 },
    ];
    expect([...pictures].sort(byQuality).map(({ name }) => name)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('refuses what has no score, which would leave any order', () => {
    expect(() => [{ score: 1 }, {}].sort(byQuality as never)).toThrow(InvalidOptionError);
  });
});
