import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { truncatePoint } from '../landmark106/decode.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { affineMatrix, invertAffine } from '../ops/affine.js';
import { checkChoice } from '../options.js';
import { DETECTION_PASSES, type Face, type FaceData, type FaceJson, KEYPOINT_NAMES } from '../types.js';
import { faceObject } from './face-object.js';

function checkArray(name: string, value: unknown, length: number, of: string): unknown[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw new InvalidOptionError({ name, expected: `an array of ${length} ${of}`, received: describe(value) });
  }
  return value;
}

function checkNumbers(name: string, value: unknown, length: number): number[] {
  const numbers = checkArray(name, value, length, 'numbers');
  for (const [i, number] of numbers.entries()) checkFinite(`${name}[${i}]`, number);
  return numbers as number[];
}

function checkFinite(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidOptionError({ name, expected: 'a finite number', received: describe(value) });
}

const checkRows = (name: string, value: unknown, rows: number, columns: number): number[][] =>
  checkArray(name, value, rows, 'arrays').map((row, i) => checkNumbers(`${name}[${i}]`, row, columns));

/**
 * The way back from `faceToJson`: everything of a face but its crop.
 *
 * @param json a parsed {@link FaceJson}; other fields are ignored
 * @throws InvalidOptionError naming the field that does not fit
 */
export function faceFromJson(json: unknown): FaceData & Pick<Face, 'toJSON'> & { id?: number | undefined } {
  if (typeof json !== 'object' || json === null) {
    throw new InvalidOptionError({
      name: 'the face',
      expected: 'an object as faceToJson makes it',
      received: describe(json),
    });
  }
  const { id, score, bbox, keypoints, landmarks, matrix, degenerate, pass } = json as Partial<
    Record<keyof FaceJson, unknown>
  >;
  const [x1, y1, x2, y2] = checkNumbers('bbox', bbox, 4);
  const [[a, b, tx], [c, d, ty]] = checkRows('matrix', matrix, 2, 3);
  const landmarksFloat = checkRows('landmarks', landmarks, LANDMARK106.points, 2).map(([x, y]) => ({ x, y }));
  const imageToCrop = affineMatrix(a, b, tx, c, d, ty);
  const cropToImage = invertAffine(imageToCrop);
  if (![...imageToCrop.data, ...cropToImage.data].every(Number.isFinite)) {
    throw new InvalidOptionError({
      name: 'matrix',
      expected: 'numbers whose inverse float32 can hold',
      received: JSON.stringify(matrix),
    });
  }
  return faceObject({
    ...(id !== undefined && { id: checkFinite('id', id) }),
    ...(pass !== undefined && { pass: checkChoice('pass', pass, DETECTION_PASSES) }),
    score: checkFinite('score', score),
    box: { x1, y1, x2, y2 },
    keypoints: checkRows('keypoints', keypoints, KEYPOINT_NAMES.length, 2).map(([x, y], i) => ({
      name: KEYPOINT_NAMES[i],
      x,
      y,
    })),
    landmarks: landmarksFloat.map(truncatePoint),
    landmarksFloat,
    imageToCrop,
    cropToImage,
    degenerate: degenerate === true,
  });
}
