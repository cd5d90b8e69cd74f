import { describe, expect, it } from 'vitest';
import { drawScene, type Scene } from '../../src/drawn-faces/draw-scene.js';
import { MARKER_COLORS } from '../../src/drawn-faces/drawn-face.js';
import { InvalidOptionError } from '../../src/errors.js';
import type { Point } from '../../src/types.js';
import { sha256 } from '../support/fixtures.js';

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);
const SCENES = SEEDS.map((seed) => drawScene({ seed, width: 900, height: 700 }));
const OUTER = 0.6;

const pixel = ({ image: { data, width } }: Scene, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('drawScene', () => {
  it('draws the same pixels from the same seed, others from another', () => {
    const draw = (seed: number) => sha256(drawScene({ seed, width: 300, height: 200 }).image.data);
    expect(draw(5)).toBe(draw(5));
    expect(draw(5)).not.toBe(draw(6));
  });

  it('draws what it drew before: tests and pictures rest on it', () => {
    const { image } = drawScene({ seed: 7, width: 320, height: 240, faces: 3 });
    expect(sha256(image.data)).toBe('84c687ff774bd40182891205f79cb1a70be040b0142977d3df97c04f6555cafa');
  });

  it.each([0, 1, 5, 12])('draws %i faces where there is room', (faces) => {
    expect(drawScene({ seed: 2, faces }).faces).toHaveLength(faces);
  });

  it('draws 1 to 12 faces of 40 to 600 pixels, leaning up to 60 degrees, by default', () => {
    const scenes = SEEDS.map((seed) => drawScene({ seed }));
    for (const { faces } of scenes) {
      expect(faces.length).toBeGreaterThanOrEqual(1);
      expect(faces.length).toBeLessThanOrEqual(12);
      for (const { size, rollDegrees } of faces) {
        expect(size).toBeGreaterThanOrEqual(40);
        expect(size).toBeLessThanOrEqual(600);
        expect(Math.abs(rollDegrees)).toBeLessThanOrEqual(60);
      }
    }
    const sizes = scenes.flatMap(({ faces }) => faces.map(({ size }) => size));
    expect(Math.min(...sizes)).toBeLessThan(60);
    expect(Math.max(...sizes)).toBeGreaterThan(400);
  });

  it('keeps faces inside the image and apart', () => {
    for (const { image, faces } of SCENES) {
      const middle = ({ box }: (typeof faces)[0]) => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });
      faces.forEach((face, i) => {
        const isInside = ({ x, y }: Point) => x >= 0 && x < image.width && y >= 0 && y < image.height;
        expect(face.landmarks.every(isInside)).toBe(true);
        for (const other of faces.slice(i + 1)) {
          const [a, b] = [middle(face), middle(other)];
          expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(OUTER * (face.size + other.size) - 1e-9);
        }
      });
    }
  });

  it('marks the key points where it says', () => {
    for (const scene of SCENES) {
      for (const { keypoints, landmarks } of scene.faces) {
        for (const { name, x, y } of keypoints) {
          expect(pixel(scene, Math.round(x), Math.round(y))).toEqual([...MARKER_COLORS[name]]);
        }
        // The landmarks that lie on key points.
        const pairs: [number, number][] = [
          [34, 0],
          [88, 1],
          [86, 2],
          [52, 3],
          [61, 4],
        ];
        for (const [landmark, keypoint] of pairs) {
          expect(landmarks[landmark].x).toBeCloseTo(keypoints[keypoint].x, 9);
          expect(landmarks[landmark].y).toBeCloseTo(keypoints[keypoint].y, 9);
        }
      }
    }
  });

  it.each(['left', 'top', 'right', 'bottom'] as const)('cuts a face by the %s border', (cut) => {
    const { image, faces } = drawScene({ seed: 4, faces: 1, cut });
    const { x1, y1, x2, y2 } = faces[0].box;
    const beyond = { left: x1 < 0, top: y1 < 0, right: x2 >= image.width, bottom: y2 >= image.height };
    expect(beyond[cut]).toBe(true);
  });

  it('draws images without room for a face', () => {
    for (const [width, height] of [
      [1, 1],
      [1, 500],
      [30, 20],
    ]) {
      const { image, faces } = drawScene({ seed: 1, width, height, faces: 3 });
      expect(image.data).toHaveLength(width * height * 3);
      expect(faces).toEqual([]);
    }
  });

  it('refuses options out of range', () => {
    expect(() => drawScene({ seed: -1 })).toThrow(InvalidOptionError);
    expect(() => drawScene({ seed: 1, faces: 13 })).toThrow(InvalidOptionError);
    expect(() => drawScene({ seed: 1, width: 0 })).toThrow(InvalidOptionError);
    expect(() => drawScene({ seed: 1, minSize: 50, maxSize: 40 })).toThrow(InvalidOptionError);
  });
});
