import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DetectionResult } from '../../src/detector/detection-result.js';
import { resultToJson } from '../../src/detector/result-to-json.js';
import { faceFromJson } from '../../src/face/face-from-json.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { mirrorFace, transformFace } from '../../src/face/transform-face.js';
import { affineMatrix } from '../../src/ops/affine.js';
import { faceIn, noise } from '../support/face.js';
import { RECEIPT } from '../support/receipt.js';

const face = faceIn(noise(200, 160));
const result = (count: number) =>
  new DetectionResult({
    faces: Array.from({ length: count }, () => face),
    image: { name: 'photo.jpg', width: 200, height: 160, decoder: 'sharp' },
    timings: { decode: 1.23456, analyze: 2 },
    networks: RECEIPT,
  });

describe('DetectionResult', () => {
  it('JSON.stringify writes what the command prints, without pixels', () => {
    const text = JSON.stringify(result(2));
    expect(JSON.parse(text)).toEqual({
      image: 'photo.jpg',
      width: 200,
      height: 160,
      decoder: 'sharp',
      faces: [faceToJson(face), faceToJson(face)],
      timings: { decode: 1.23, analyze: 2 },
      networks: RECEIPT,
    });
    // 2 x 106 points, not 2 x 150528 samples.
    expect(text.length).toBeLessThan(8000);
  });

  it('console.log shows one line for each face, at most twenty', () => {
    expect(inspect(result(1))).toBe(
      [
        'DetectionResult { 1 face in photo.jpg',
        '  200 x 160 pixels, decoder sharp',
        '  decode 1.2 ms, analyze 2.0 ms',
        '  networks custom (unknown), none 1.2.3',
        '  1: score 0.870, box 60 50 140 130, 5 key points, 106 landmarks, crop 224 x 224',
        '}',
      ].join('\n'),
    );
    const lines = inspect(result(23)).split('\n');
    expect(lines).toHaveLength(4 + 20 + 2);
    expect(lines.at(-2)).toBe('  and 3 more');
  });

  it('resultToJson takes another name, and sub-pixel landmarks', () => {
    const json = resultToJson(result(1), { name: '-', subpixel: true });
    expect(json.image).toBe('-');
    expect(json.faces).toEqual([faceToJson(face, { subpixel: true })]);
  });
});

describe('a face of a DetectionResult', () => {
  it('is written to JSON and shown in short, moved, mirrored and read back too', () => {
    const moved = transformFace(face, affineMatrix(1, 0, 3, 0, 1, 4));
    const read = faceFromJson(faceToJson(face));
    for (const one of [face, moved, mirrorFace(face, 200), read]) {
      expect(JSON.parse(JSON.stringify(one))).toEqual(faceToJson(one));
      expect(inspect(one)).toMatch(/^Face \{ score 0\.870, box .*106 landmarks.* \}$/);
    }
    expect(inspect(moved)).toContain('box 63 54 143 134');
    expect(inspect(read)).not.toContain('crop');
  });

  it('keeps its methods out of copies and structured clones', () => {
    const { crop: _, imageToCrop: __, cropToImage: ___, ...data } = face;
    expect(Object.keys(structuredClone(data))).toEqual(Object.keys(data));
    expect(Object.keys(face)).not.toContain('toJSON');
  });

  it('that is followed in a video has its id in JSON, there and back', () => {
    const json = faceToJson({ ...face, id: 7 });
    expect(json.id).toBe(7);
    expect(faceFromJson(json).id).toBe(7);
    expect(faceFromJson(faceToJson(face))).not.toHaveProperty('id');
  });
});
