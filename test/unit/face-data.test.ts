// Faces as data: measures worked by hand, moves that undo each other, JSON that comes back the same.
import fc from 'fast-check';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ARCFACE_TEMPLATE } from '../../src/alignment/templates.js';
import { InvalidOptionError } from '../../src/errors.js';
import { cropFace } from '../../src/face/crop-face.js';
import { faceFromJson } from '../../src/face/face-from-json.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { eyeOpenness, interOcularDistance, mouthOpenness, rollAngle } from '../../src/face/geometry.js';
import { mirrorFace, transformFace } from '../../src/face/transform-face.js';
import { difference as compare } from '../../src/merged/parity.js';
import { affineEntries, affineMatrix, composeAffine, transformPoint } from '../../src/ops/affine.js';
import { alignFace } from '../../src/stages/align-face.js';
import { KEYPOINT_NAMES, type Point } from '../../src/types.js';
import { faceIn, noise } from '../support/face.js';

/** 106 points at the origin but for the given ones. */
const landmarksWith = (points: Record<number, readonly number[]>): Point[] =>
  Array.from({ length: 106 }, (_, i) => ({ x: points[i]?.[0] ?? 0, y: points[i]?.[1] ?? 0 }));

const image = noise(200, 180);
const face = faceIn(image);
const coordinates = (points: readonly Point[]) => points.flatMap(({ x, y }) => [x, y]);

describe('rollAngle, interOcularDistance, eyeOpenness, mouthOpenness', () => {
  /** Both eyes as rings of radius 3 about their centres. */
  function eyes(left: [number, number], right: [number, number]) {
    const rings: [number[], [number, number]][] = [
      [[35, 41, 40, 42, 39, 37, 33, 36], left],
      [[89, 95, 94, 96, 93, 91, 87, 90], right],
    ];
    const points: Record<number, [number, number]> = {};
    for (const [ring, [x, y]] of rings) {
      ring.forEach((index, i) => {
        const angle = Math.PI + (i * Math.PI) / 4;
        points[index] = [x + 3 * Math.cos(angle), y + 3 * Math.sin(angle)];
      });
    }
    return landmarksWith(points);
  }

  it.each([
    [[10, 20], [50, 20], 0],
    [[10, 20], [50, 60], 45],
    [[10, 60], [50, 20], -45],
    [[50, 20], [50, 60], 90],
    [[50, 20], [10, 20], 180],
  ] as [[number, number], [number, number], number][])(
    'eyes at %j and %j roll by %d degrees',
    (left, right, degrees) => {
      expect(rollAngle(eyes(left, right))).toBeCloseTo(degrees, 10);
    },
  );

  it('the inter-ocular distance is between the outer corners', () => {
    expect(interOcularDistance(landmarksWith({ 35: [10, 10], 93: [40, 50] }))).toBe(50);
  });

  it('a round eye of radius 3 has the ratio of a circle, sin 45 degrees', () => {
    const { left, right } = eyeOpenness(eyes([10, 20], [50, 20]));
    expect(left).toBeCloseTo(Math.SQRT1_2, 10);
    expect(right).toBeCloseTo(Math.SQRT1_2, 10);
  });

  it('lids 3 and 5 apart on an eye 20 wide make 0.2, each eye for itself', () => {
    const left = { 35: [0, 0], 41: [5, -1], 42: [15, -2], 39: [20, 0], 37: [15, 3], 36: [5, 2], 40: [10, -99] };
    const right = { 89: [100, 0], 93: [110, 0] };
    expect(eyeOpenness(landmarksWith({ ...left, ...right }))).toEqual({
      left: 0.2,
      right: 0,
    });
  });

  it('lips 4, 6 and 5 apart on a mouth 20 wide make 0.25', () => {
    const lips = {
      65: [0, 0],
      66: [5, -2],
      62: [10, -3],
      70: [15, -2],
      69: [20, 0],
      57: [15, 3],
      60: [10, 3],
      54: [5, 2],
    };
    expect(mouthOpenness(landmarksWith(lips))).toBe(0.25);
  });
});

describe('measures of anything but 106 points', () => {
  it.each([
    ['rollAngle', rollAngle],
    ['interOcularDistance', interOcularDistance],
    ['eyeOpenness', eyeOpenness],
    ['mouthOpenness', mouthOpenness],
  ])('%s refuses them', (_, measure) => {
    for (const points of [[], landmarksWith({}).slice(1), undefined, null, 'text']) {
      expect(() => measure(points as never)).toThrow(InvalidOptionError);
    }
    expect(() => measure([])).toThrow('Expected 106 points for landmarks but received an array of 0.');
  });
});

describe('transformFace', () => {
  it('by the identity changes nothing and shares nothing with the input', () => {
    const moved = transformFace(face, affineMatrix(1, 0, 0, 0, 1, 0));
    expect(faceToJson(moved)).toEqual(faceToJson(face));
    expect(moved.landmarks).toEqual(face.landmarks);
    expect(affineEntries(moved.cropToImage)).toEqual(affineEntries(face.cropToImage));
    expect(moved.landmarksFloat[0]).not.toBe(face.landmarksFloat[0]);
    expect(moved.imageToCrop.data).not.toBe(face.imageToCrop.data);
  });

  it('half the size, 10 to the right, 20 down', () => {
    const moved = transformFace(face, affineMatrix(0.5, 0, 10, 0, 0.5, 20));
    expect(moved.box).toEqual({ x1: 40, y1: 45, x2: 80, y2: 85 });
    expect(moved.keypoints[0]).toEqual({ name: 'leftEye', x: 52, y: 59 });
    expect(moved.landmarks[0]).toEqual({ x: 40, y: 45 });
  });

  it('a quarter turn: the box stands upright again', () => {
    const tall = { ...face, box: { x1: 10, y1: 20, x2: 30, y2: 80 } };
    expect(transformFace(tall, affineMatrix(0, -1, 100, 1, 0, 0)).box).toEqual({ x1: 20, y1: 10, x2: 80, y2: 30 });
  });

  it('keeps crop positions: moved point and old point fall on the same crop pixel', () => {
    const entry = fc.double({ min: -3, max: 3, noNaN: true });
    const shift = fc.double({ min: -500, max: 500, noNaN: true });
    fc.assert(
      fc.property(entry, entry, shift, shift, (a, b, tx, ty) => {
        fc.pre(a * a + b * b > 0.01);
        const moved = transformFace(face, affineMatrix(a, -b, tx, b, a, ty));
        face.landmarksFloat.forEach((point, i) => {
          const before = transformPoint(face.imageToCrop, point);
          const after = transformPoint(moved.imageToCrop, moved.landmarksFloat[i]);
          // Float32 matrix entries, multiplied by coordinates up to about 1000 and scales up to about 30.
          expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(0.02);
        });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['singular', affineMatrix(1, 2, 0, 2, 4, 0)],
    ['zero', affineMatrix(0, 0, 5, 0, 0, 5)],
    ['not finite', affineMatrix(1, 0, Number.NaN, 0, 1, 0)],
  ])('refuses a matrix that is %s', (_, matrix) => {
    expect(() => transformFace(face, matrix)).toThrow(InvalidOptionError);
  });
});

describe('transformFace by what is no matrix', () => {
  it.each([[undefined], [null], [{}], [[1, 0, 0, 0, 1, 0]], [ndarray(new Float32Array(6), [3, 2])]])(
    'refuses %s',
    (matrix) => {
      expect(() => transformFace(face, matrix as never)).toThrow(InvalidOptionError);
      expect(() => transformFace(face, matrix as never)).toThrow(/a \(2, 3\) matrix for imageToTarget/);
    },
  );
});

describe('mirrorFace', () => {
  it('swaps the eyes and keeps their names', () => {
    const { keypoints, box } = mirrorFace(face, 200);
    expect(keypoints.map(({ name }) => name)).toEqual([...KEYPOINT_NAMES]);
    const [, right, nose, left] = face.keypoints;
    expect(keypoints[0]).toEqual({ name: 'leftEye', x: 199 - right.x, y: right.y });
    expect(keypoints[2]).toEqual({ name: 'nose', x: 199 - nose.x, y: nose.y });
    expect(keypoints[4]).toEqual({ name: 'rightMouth', x: 199 - left.x, y: left.y });
    expect(box).toEqual({ x1: 59, y1: 50, x2: 139, y2: 130 });
  });

  it('twice gives the face back, its crop too', () => {
    const twice = mirrorFace(mirrorFace(face, 200), 200);
    expect(twice.landmarks).toEqual(face.landmarks);
    expect(twice.landmarksFloat).toEqual(face.landmarksFloat);
    expect(twice.keypoints).toEqual(face.keypoints);
    expect(twice.box).toEqual(face.box);
    expect(twice.crop.data).toEqual(face.crop.data);
    expect(compare(affineEntries(twice.imageToCrop), affineEntries(face.imageToCrop)).worst).toBeLessThan(1e-4);
  });

  it('is the face of the flipped image: its matrix cuts the flipped crop', () => {
    const flipped = { ...image, data: new Uint8Array(image.data.length) };
    for (let y = 0; y < 180; y++) {
      for (let x = 0; x < 200; x++) {
        for (let c = 0; c < 3; c++) flipped.data[(y * 200 + x) * 3 + c] = image.data[(y * 200 + 199 - x) * 3 + c];
      }
    }
    const mirrored = mirrorFace(face, 200);
    const { worst: difference } = compare(
      cropFace(flipped, mirrored).crop.data as Uint8Array,
      mirrored.crop.data as Uint8Array,
    );
    // Noise changes by up to 255 from a pixel to the next, so 1e-4 pixels move a value by less than one level.
    expect(difference).toBeLessThanOrEqual(1);
  });

  it('refuses a width that is none', () => {
    for (const width of [0, -1, 1.5, Number.NaN]) expect(() => mirrorFace(face, width)).toThrow(/for width/);
  });
});

describe('faceToJson and faceFromJson', () => {
  const { crop: _, cropChannelOrder: __, ...data } = face;
  const subpixel = { subpixel: true };
  const plain = (value: object) => JSON.parse(JSON.stringify(value));

  it('comes back the same through text, bit for bit', () => {
    const back = faceFromJson(plain(faceToJson(face, subpixel)));
    expect(back).toEqual(data);
    expect(compare(coordinates(back.landmarksFloat), coordinates(face.landmarksFloat)).unequal).toBe(0);
  });

  it('has the shape that the command prints', () => {
    const json = faceToJson(face);
    expect(Object.keys(json)).toEqual(['score', 'bbox', 'keypoints', 'landmarks', 'matrix']);
    expect(json.bbox).toEqual([60, 50, 140, 130]);
    expect(json.keypoints[0]).toEqual([84, 78]);
    expect(json.landmarks).toHaveLength(106);
    expect(json.landmarks.flat().every(Number.isInteger)).toBe(true);
    expect(json.matrix[0][2]).toBe(face.imageToCrop.data[2]);
  });

  it('keeps the mark of a degenerate face', () => {
    expect(faceFromJson(plain(faceToJson({ ...face, degenerate: true }))).degenerate).toBe(true);
  });

  const json = faceToJson(face);
  it.each([
    ['the face', null],
    ['the face', 'text'],
    ['score', { ...json, score: '0.9' }],
    ['bbox', { ...json, bbox: [1, 2, 3] }],
    ['bbox[2]', { ...json, bbox: [1, 2, null, 4] }],
    ['keypoints', { ...json, keypoints: json.keypoints.slice(1) }],
    ['landmarks', { ...json, landmarks: undefined }],
    ['landmarks[105]', { ...json, landmarks: json.landmarks.with(105, [1, 2, 3] as never) }],
    ['landmarks[3][1]', { ...json, landmarks: json.landmarks.with(3, [1, Number.NaN]) }],
    ['matrix', { ...json, matrix: {} }],
  ])('refuses a wrong %s', (field, value) => {
    let error: unknown;
    try {
      faceFromJson(value);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ subject: field });
  });
});

describe('cropFace', () => {
  it('by default gives the bytes of the aligned crop', () => {
    const { crop, imageToCrop, cropToImage } = cropFace(image, face);
    expect(crop.shape).toEqual([224, 224, 3]);
    expect(crop.data).toEqual(face.crop.data);
    expect(affineEntries(imageToCrop)).toEqual(affineEntries(face.imageToCrop));
    expect(affineEntries(cropToImage)).toEqual(affineEntries(face.cropToImage));
  });

  it('192 with a quarter of margin is the geometry of the landmark input', () => {
    const { crop, imageToCrop } = cropFace(image, face, { size: 192, margin: 0.25 });
    expect(crop.shape).toEqual([192, 192, 3]);
    const expected = composeAffine(affineMatrix(4 / 7, 0, 32, 0, 4 / 7, 32), face.imageToCrop);
    expect(compare(affineEntries(imageToCrop), affineEntries(expected)).worst).toBeLessThan(1e-4);
  });

  it('maps key points that lie as in the ArcFace template exactly there', () => {
    const turned = affineMatrix(0.6, -0.8, 90, 0.8, 0.6, 20);
    const keypoints = ARCFACE_TEMPLATE.map((point, i) => ({
      name: KEYPOINT_NAMES[i],
      ...transformPoint(turned, point),
    }));
    const { crop, imageToCrop } = cropFace(image, { ...face, keypoints }, { template: 'arcface' });
    expect(crop.shape).toEqual([112, 112, 3]);
    const mapped = coordinates(keypoints.map((point) => transformPoint(imageToCrop, point)));
    expect(compare(mapped, coordinates(ARCFACE_TEMPLATE)).worst).toBeLessThan(1e-3);
  });

  it('a margin keeps the middle in the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: -0.4, max: 4, noNaN: true }), (size, margin) => {
        const { imageToCrop } = cropFace(image, face, { size, margin });
        const middle = transformPoint(imageToCrop, transformPoint(face.cropToImage, { x: 112, y: 112 }));
        expect(Math.hypot(middle.x - size / 2, middle.y - size / 2)).toBeLessThan(size * 1e-5 + 1e-4);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { size: 0 },
    { size: 1.5 },
    { size: Number.NaN },
    { margin: -0.5 },
    { margin: Number.NaN },
    { template: 'none' as 'arcface' },
  ])('refuses %j', (options) => {
    expect(() => cropFace(image, face, options)).toThrow(InvalidOptionError);
  });

  it.each(['reference', 'arcface'] as const)(
    'five identical key points: one colour, that of the first pixel (%s)',
    (template) => {
      const keypoints = KEYPOINT_NAMES.map((name) => ({ name, x: 40, y: 40 }));
      const { crop } = cropFace(image, { ...alignFace(image, keypoints), keypoints }, { template, margin: 0.5 });
      const [red, green, blue] = image.data;
      const colors = new Set(
        Array.from({ length: crop.data.length / 3 }, (_, i) => crop.data.slice(3 * i, 3 * i + 3).join()),
      );
      expect([...colors]).toEqual([`${blue},${green},${red}`]);
    },
  );

  it('cuts black outside the image and does not crash on a face far away', () => {
    const far = transformFace(face, affineMatrix(1, 0, 10_000, 0, 1, 10_000));
    expect((cropFace(image, far).crop.data as Uint8Array).every((value) => value === 0)).toBe(true);
  });
});
