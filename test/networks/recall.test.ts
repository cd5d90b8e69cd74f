// Faces that one pass misses, on a painting that every machine has: shrunk, turned, filling the picture, a thousand of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxIou } from '../../src/face/box-iou.js';
import { faceFromJson } from '../../src/face/face-from-json.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { packPixels } from '../../src/image/pack-pixels.js';
import { pixelView } from '../../src/image/pixel-image.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import { resampleWindow } from '../../src/ops/resample-window.js';
import { DETECTION_PASSES, type Face, type PixelImage, type Point } from '../../src/types.js';

let detector: FacialLandmarkDetector;
let painting: PixelImage;
let plain: Face;
beforeAll(async () => {
  detector = await FacialLandmarkDetector.load({ networks: 'mediapipe' });
  painting = await readImage(SAMPLE_PICTURE);
  [plain] = (await detector.detect(painting)).faces;
});
afterAll(() => detector.close());

const thorough = { recall: 'thorough' } as const;
const faceSide = ({ box }: Pick<Face, 'box'>) => Math.max(box.x2 - box.x1, box.y2 - box.y1);

/** A quarter clockwise as the viewer sees it. */
function turned({ width, height, ...image }: PixelImage): PixelImage {
  const from = packPixels({ width, height, ...image }, 'rgb');
  const data = new Uint8Array(from.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data.set(from.subarray(at, at + 3), (x * height + height - 1 - y) * 3);
    }
  }
  return { data, width: height, height: width, channelOrder: 'rgb' };
}

/** Copies of the painted head on gray, its face `side` pixels, in a grid. */
function heads(width: number, height: number, side: number, pitch: number) {
  const head = { left: plain.box.x1 - 60, top: plain.box.y1 - 60, side: faceSide(plain) + 120 };
  const size = Math.round((head.side * side) / faceSide(plain));
  const window = { left: head.left, top: head.top, width: head.side, height: head.side };
  const small = resampleWindow(pixelView(painting), window, size, size);
  const data = new Uint8Array(width * height * 3).fill(128);
  const places: Point[] = [];
  for (let y = 8; y + size < height; y += pitch) {
    for (let x = 8; x + size < width; x += pitch) {
      for (let row = 0; row < size; row++) {
        data.set(small.subarray(row * size * 3, (row + 1) * size * 3), ((y + row) * width + x) * 3);
      }
      places.push({ x: x + size / 2, y: y + size / 2 });
    }
  }
  const image: PixelImage = { data, width, height, channelOrder: 'rgb' };
  return { image, places };
}

const found = (faces: readonly Face[], places: readonly Point[], side: number) =>
  places.filter(({ x, y }) =>
    faces.some(({ box }) => Math.hypot((box.x1 + box.x2) / 2 - x, (box.y1 + box.y2) / 2 - y) < side / 2),
  ).length;

describe('recall', () => {
  it('is today’s result where it is not asked for, bit for bit', async () => {
    const { faces } = await detector.detect(painting, { recall: 'reference' });
    expect(faces).toEqual([plain]);
    expect(JSON.stringify(faces)).toBe(JSON.stringify([plain]));
    expect(faces[0]).not.toHaveProperty('pass');
  });

  it('finds no face twice, and says which pass saw it best', async () => {
    const { faces, networks } = await detector.detect(painting, thorough);
    expect(networks.options.recall).toBe('thorough');
    expect(faces).toHaveLength(1);
    expect(DETECTION_PASSES).toContain(faces[0].pass);
    expect(faces[0].score).toBeGreaterThanOrEqual(plain.score);
    expect(boxIou(faces[0].box, plain.box)).toBeGreaterThan(0.7);
    expect(faceFromJson(JSON.parse(JSON.stringify(faceToJson(faces[0])))).pass).toBe(faces[0].pass);
  });

  it('finds faces at every right angle, their key points where they belong', async () => {
    let image = painting;
    let keypoints: Point[] = [...plain.keypoints];
    for (const pass of ['turned270', 'turned180', 'turned90']) {
      keypoints = keypoints.map(({ x, y }) => ({ x: image.height - 1 - y, y: x }));
      image = turned(image);
      const { faces } = await detector.detect(image, thorough);
      expect(faces.map((face) => face.pass)).toEqual([pass]);
      for (const [i, { x, y }] of faces[0].keypoints.entries()) {
        expect(Math.hypot(x - keypoints[i].x, y - keypoints[i].y)).toBeLessThan(0.06 * faceSide(plain));
      }
    }
  });

  it('finds small faces in a large image, in their places', async () => {
    const { image, places } = heads(1600, 1000, 16, 180);
    const once = found((await detector.detect(image)).faces, places, 16);
    const { faces } = await detector.detect(image, thorough);
    expect(once).toBeLessThan(places.length / 2);
    expect(found(faces, places, 16)).toBeGreaterThanOrEqual(0.95 * places.length);
    expect(faces.length).toBeLessThanOrEqual(places.length);
    expect(new Set(faces.map(({ pass }) => pass))).toContain('tiles');
  }, 120_000);

  it('finds more than a thousand faces where so many are asked for', async () => {
    const { image, places } = heads(2400, 1700, 26, 60);
    expect(places.length).toBeGreaterThan(1000);
    const { faces } = await detector.detect(image, { ...thorough, maxFaces: 5000 });
    expect(found(faces, places, 26)).toBeGreaterThan(1000);
    expect((await detector.detect(image, { ...thorough, maxFaces: 7 })).faces).toHaveLength(7);
  }, 300_000);

  it('takes half the side where it is to be fast', async () => {
    const { networks, faces } = await detector.detect(painting, { recall: 'fast' });
    expect(networks.options.detectorSide).toBe(320);
    expect(faces).toHaveLength(1);
    await expect(detector.detect(painting, { recall: 'deep' as never })).rejects.toThrow(/recall/);
  });
});
