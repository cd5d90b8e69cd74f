import { describe, expect, it } from 'vitest';
import { type AnonymizeOptions, anonymizeFaces } from '../../src/anonymize/anonymize-faces.js';
import { faceRegion, REGION_SHAPES } from '../../src/anonymize/face-region.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { InvalidOptionError } from '../../src/errors.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { convexHull } from '../../src/ops/convex-hull.js';
import type { PixelImage, Point } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

const METHODS = ['blur', 'pixelate', 'fill'] as const;

/** A drawn scene with the faces that are in it. */
function scene(size = 100) {
  const { image, faces } = drawScene({ seed: 7, width: 400, height: 300, faces: 1, minSize: size, maxSize: size });
  return { image, face: { ...faceIn(image), ...faces[0], landmarksFloat: faces[0].landmarks } };
}

/** Whether a point lies inside of a convex polygon whose corners run clockwise. */
function holds(polygon: readonly Point[], { x, y }: Point, slack = 0): boolean {
  return polygon.every((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) >= -slack * Math.hypot(b.x - a.x, b.y - a.y);
  });
}

/** Pixels of the region, as indices of their first samples in rgb. */
function pixelsIn(image: PixelImage, region: readonly Point[]): number[] {
  const inside: number[] = [];
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) if (holds(region, { x, y })) inside.push((y * image.width + x) * 3);
  }
  return inside;
}

describe('convexHull', () => {
  it('has the corners of a square, clockwise, and none of the points inside and on its sides', () => {
    const corners = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 4, y: 4 },
      { x: 0, y: 4 },
    ];
    const inner = [
      { x: 2, y: 2 },
      { x: 2, y: 0 },
      { x: 0, y: 1 },
    ];
    expect(convexHull([...inner, ...corners].reverse())).toEqual(corners);
  });
});

describe('the region of a face', () => {
  const { face } = scene();
  it.each(REGION_SHAPES)('holds every landmark, every key point and the forehead: %s', (shape) => {
    const region = faceRegion(face, shape);
    for (const point of [...face.landmarksFloat, ...face.keypoints]) expect(holds(region, point, 1e-6)).toBe(true);
    const [brow, chin] = [face.landmarksFloat[49], face.landmarksFloat[0]];
    const onForehead = { x: brow.x, y: brow.y - 0.4 * (chin.y - brow.y) };
    expect(holds(region, onForehead)).toBe(true);
    expect(holds(region, { x: brow.x, y: brow.y - 1.5 * (chin.y - brow.y) })).toBe(false);
  });

  it('turns with the head: an ellipse around a face that lies on its side is the same, lying', () => {
    const turn = ({ x, y }: Point) => ({ x: -y, y: x });
    const outlined = (move: (point: Point) => Point) => {
      const landmarksFloat = face.landmarksFloat.map(move);
      const { x, y } = landmarksFloat[86];
      return { landmarksFloat, keypoints: [], box: { x1: x, y1: y, x2: x, y2: y } };
    };
    const standing = faceRegion(
      outlined((point) => point),
      'ellipse',
    ).map(turn);
    const lying = faceRegion(outlined(turn), 'ellipse');
    for (const point of lying) expect(holds(standing, point, 0.5)).toBe(true);
    for (const point of standing) expect(holds(lying, point, 0.5)).toBe(true);
  });
});

describe('anonymizeFaces', () => {
  it.each(METHODS.flatMap((method) => REGION_SHAPES.map((shape) => ({ method, shape }))))(
    'lets no pixel of the face depend on a single pixel of the image: $method $shape',
    (options) => {
      const { image, face } = scene(24);
      const before = packPixels(image, 'rgb');
      const region = pixelsIn(image, faceRegion(face, options.shape));
      expect(region.length).toBeGreaterThan(300);
      const base = anonymizeFaces(image, [face], options).data;
      for (let i = 0; i < region.length; i += 41) {
        const data = before.slice();
        // The greatest change that a sample can have.
        for (let channel = 0; channel < 3; channel++) data[region[i] + channel] = before[region[i]] < 128 ? 255 : 0;
        const changed = anonymizeFaces({ ...image, data, channelOrder: 'rgb' }, [face], options).data;
        const differences = region.map((at) => Math.abs(changed[at] - base[at]));
        expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      }
    },
  );

  it.each(METHODS)('leaves a handful of colours of noise, where every pixel differs: %s', (method) => {
    const image = noise(400, 300);
    const { face } = scene(100);
    const { data } = anonymizeFaces(image, [face], { method });
    const values = pixelsIn(image, faceRegion(face, 'ellipse')).map((at) => data[at]);
    // Means over hundreds of evenly spread samples lie close to their middle.
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(40);
  });

  it('changes nothing outside, and not the image', () => {
    const { image, face } = scene(60);
    const before = packPixels(image, 'rgb');
    const { data } = anonymizeFaces(image, [face], { method: 'fill', shape: 'box' });
    const region = faceRegion(face, 'box');
    const [{ x: x1, y: y1 }, , { x: x2, y: y2 }] = region;
    const room = 0.33 * Math.sqrt((x2 - x1) * (y2 - y1));
    let outside = 0;
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [Math.floor(i / 3) % image.width, Math.floor(i / 3 / image.width)];
      if (x > x1 - room && x < x2 + room && y > y1 - room && y < y2 + room) continue;
      outside++;
      if (data[i] !== before[i]) throw new Error(`sample ${i} changed`);
    }
    expect(outside).toBeGreaterThan(data.length / 2);
    expect(Buffer.compare(packPixels(image, 'rgb'), before)).toBe(0);
  });

  it('covers faces that reach out of the image, in any order of channels, and gives a copy where there are none', () => {
    const { image, face } = scene();
    const moved = {
      ...face,
      box: { x1: -60, y1: -60, x2: 30, y2: 40 },
      landmarksFloat: face.landmarksFloat.map(({ x, y }) => ({ x: x - face.box.x1 - 60, y: y - face.box.y1 - 60 })),
      keypoints: face.keypoints.map((point) => ({
        ...point,
        x: point.x - face.box.x1 - 60,
        y: point.y - face.box.y1 - 60,
      })),
    };
    const rgb = anonymizeFaces(image, [moved]);
    const bgr = { ...image, data: packPixels(image, 'bgr'), channelOrder: 'bgr' as const };
    expect(Buffer.compare(anonymizeFaces(bgr, [moved]).data, rgb.data)).toBe(0);
    expect(rgb.data[0]).not.toBe(packPixels(image, 'rgb')[0]);
    expect(Buffer.compare(anonymizeFaces(image, []).data, packPixels(image, 'rgb'))).toBe(0);
    const far = {
      ...moved,
      landmarksFloat: moved.landmarksFloat.map(({ x, y }) => ({ x: x - 9e3, y })),
      box: { x1: -9100, y1: 0, x2: -9000, y2: 90 },
      keypoints: [],
    };
    expect(() => anonymizeFaces(image, [far as never])).toThrow(InvalidOptionError);
  });

  it.each<[string, AnonymizeOptions & { face?: object }]>([
    ['NaN', { face: { box: { x1: Number.NaN, y1: 0, x2: 1, y2: 1 } } }],
    ['a strength', { strength: 2 }],
    ['a method', { method: 'smear' as never }],
    ['a shape', { shape: 'star' as never }],
  ])('refuses %s rather than leaving a face visible', (_, { face: change, ...options }) => {
    const { image, face } = scene();
    expect(() => anonymizeFaces(image, [{ ...face, ...change }], options)).toThrow(InvalidOptionError);
  });

  it('refuses a face without area', () => {
    const { image, face } = scene();
    const at = { x: 5, y: 5 };
    const point = {
      ...face,
      box: { x1: 5, y1: 5, x2: 5, y2: 5 },
      landmarksFloat: face.landmarksFloat.map(() => at),
      keypoints: face.keypoints.map(({ name }) => ({ name, ...at })),
    };
    expect(() => anonymizeFaces(image, [point])).toThrow(/stay visible/);
  });
});
