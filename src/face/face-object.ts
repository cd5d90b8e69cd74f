import type { Face, FaceData, FaceJson } from '../types.js';
import { faceToJson } from './face-to-json.js';

/** What Node's `console.log` calls for the text of an object. Other platforms know nothing of it. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

type Described = FaceData & Partial<Pick<Face, 'crop'>>;

/** Beside the data, not in it: copies made with `...`, comparisons and structured cloning see the data alone. */
const METHODS = {
  toJSON(this: FaceData): FaceJson {
    return faceToJson(this);
  },
  [INSPECT](this: Described): string {
    return `Face { ${faceSummary(this)} }`;
  },
};

/** One line about a face: score, box in image pixels, and what else there is. */
export function faceSummary({ score, box, keypoints, landmarks, crop }: Described): string {
  const corners = [box.x1, box.y1, box.x2, box.y2].map((value) => Math.round(value * 10) / 10);
  const parts = [
    `score ${score.toFixed(3)}`,
    `box ${corners.join(' ')}`,
    `${keypoints.length} key points`,
    `${landmarks.length} landmarks`,
    ...(crop ? [`crop ${crop.shape.slice(0, 2).join(' x ')}`] : []),
  ];
  return parts.join(', ');
}

/** A copy of a face that `JSON.stringify` and `console.log` show in short: without its pixels. */
export function faceObject<F extends FaceData>(face: F): F & Pick<Face, 'toJSON'> {
  return Object.assign(Object.create(METHODS), face);
}
