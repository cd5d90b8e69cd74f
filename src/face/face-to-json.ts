import { type ChecksOf, checkOptions, orElse } from '../check-options.js';
import { affineEntries } from '../ops/affine.js';
import { checkBoolean } from '../options.js';
import type { FaceData, FaceJson, Point } from '../types.js';
import { checkFace } from './check-face.js';
import { faceAttributes } from './face-attributes.js';

export interface FaceJsonOptions {
  /** Landmarks with their fractions instead of truncated to integers. Default false. */
  subpixel?: boolean | undefined;
  /** Add what follows from the landmarks: roll, distance of the eyes, how far eyes and mouth are open. Default false. */
  attributes?: boolean | undefined;
}

/** Checks and defaults of the options. */
export const FACE_JSON_OPTIONS = {
  subpixel: orElse(false, checkBoolean),
  attributes: orElse(false, checkBoolean),
} satisfies ChecksOf<FaceJsonOptions>;

const pair = ({ x, y }: Point): [number, number] => [x, y];

/**
 * A face as plain JSON, without its crop: `cropFace` cuts it again from the image, bit for bit.
 * `faceFromJson` is the way back; it gives the fractions of the landmarks only after `{ subpixel: true }`.
 * @throws InvalidOptionError
 */
export function faceToJson(face: FaceData & { id?: number | undefined }, options: FaceJsonOptions = {}): FaceJson {
  const { subpixel, attributes } = checkOptions('faceToJson', options, FACE_JSON_OPTIONS);
  checkFace('the face', face, [
    'score',
    'box',
    'keypoints',
    subpixel ? 'landmarksFloat' : 'landmarks',
    ...(attributes ? (['landmarksFloat'] as const) : []),
    'imageToCrop',
  ]);
  const { id, score, box, keypoints, degenerate, pass } = face;
  const [a, b, tx, c, d, ty] = affineEntries(face.imageToCrop);
  return {
    ...(id !== undefined && { id }),
    score,
    bbox: [box.x1, box.y1, box.x2, box.y2],
    keypoints: keypoints.map(pair),
    landmarks: (subpixel ? face.landmarksFloat : face.landmarks).map(pair),
    matrix: [
      [a, b, tx],
      [c, d, ty],
    ],
    ...(pass !== undefined && { pass }),
    ...(degenerate && { degenerate }),
    ...(attributes && { attributes: faceAttributes(face.landmarksFloat) }),
  };
}
