import { describe, InvalidOptionError } from '../errors.js';
import { truncatePoint } from '../landmark106/decode.js';
import { LANDMARK106 } from '../landmark106/spec.js';
import { affineEntries, affineMatrix, invertAffine } from '../ops/affine.js';
import { type FaceData, KEYPOINT_NAMES, type Point } from '../types.js';

/** One face as JSON: what the command prints. Everything in image pixels. */
export interface FaceJson {
  score: number;
  /** x1 y1 x2 y2 */
  bbox: [number, number, number, number];
  /** left eye, right eye, nose, left mouth corner, right mouth corner */
  keypoints: [number, number][];
  /** 106 points: truncated to integers as the merged model gives them, or sub-pixel */
  landmarks: [number, number][];
  /** image -> 224 crop: `[[a, b, tx], [c, d, ty]]` */
  matrix: [[number, number, number], [number, number, number]];
  /** Only there, and true, when the key points allow no upright crop. */
  degenerate?: true;
}

export interface FaceJsonOptions {
  /** Sub-pixel landmarks instead of truncated ones. Default true; without them the way back loses the fractions. */
  float?: boolean;
}

const pair = ({ x, y }: Point): [number, number] => [x, y];

/**
 * A face as plain JSON, without its crop: `cropFace` cuts that anew from the image, bit for bit.
 * {@link faceFromJson} is the way back.
 */
export function faceToJson(face: FaceData, { float = true }: FaceJsonOptions = {}): FaceJson {
  const { score, box, keypoints, degenerate } = face;
  const [a, b, tx, c, d, ty] = affineEntries(face.imageToCrop);
  return {
    score,
    bbox: [box.x1, box.y1, box.x2, box.y2],
    keypoints: keypoints.map(pair),
    landmarks: (float ? face.landmarksFloat : face.landmarks).map(pair),
    matrix: [
      [a, b, tx],
      [c, d, ty],
    ],
    ...(degenerate && { degenerate }),
  };
}

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
 * The way back from {@link faceToJson}: everything of a face but its crop.
 *
 * @param json a parsed {@link FaceJson}; other fields are ignored
 * @throws InvalidOptionError naming the field that does not fit
 */
export function faceFromJson(json: unknown): FaceData {
  if (typeof json !== 'object' || json === null) {
    throw new InvalidOptionError({
      name: 'the face',
      expected: 'an object as faceToJson makes it',
      received: describe(json),
    });
  }
  const { score, bbox, keypoints, landmarks, matrix, degenerate } = json as Partial<Record<keyof FaceJson, unknown>>;
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
  return {
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
  };
}
