import { faceObject } from '../face/face-object.js';
import type { Face, Point } from '../types.js';
import { DetectionResult } from './detection-result.js';
import { sendablePixels } from './sendable-pixels.js';

/** A face with its landmarks flat: cloning 212 objects takes longer. */
interface SentFace extends Omit<Face, 'landmarks' | 'landmarksFloat' | 'toJSON'> {
  /** x y */
  landmarks: Float64Array;
  landmarksFloat: Float64Array;
}

/** A result on its way between threads: nothing that structured cloning would lose. */
export interface SentResult extends Pick<DetectionResult, 'image' | 'timings' | 'networks' | 'pixels'> {
  faces: SentFace[];
}

const toFlat = (points: readonly Point[]) => Float64Array.from(points.flatMap(({ x, y }) => [x, y]));

const toPoints = (flat: Float64Array): Point[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i], y: flat[2 * i + 1] }));

/** The result as a message, and the buffers to transfer with it. */
export function packResult({ faces, image, timings, networks, pixels }: DetectionResult): {
  result: SentResult;
  transfer: ArrayBuffer[];
} {
  const sent = faces.map(
    ({ landmarks, landmarksFloat, toJSON: _, ...face }): SentFace => ({
      ...face,
      landmarks: toFlat(landmarks),
      landmarksFloat: toFlat(landmarksFloat),
    }),
  );
  const ownPixels = pixels && sendablePixels(pixels, true);
  const moved = [...sent.map(({ crop }) => crop), ...(ownPixels ? [ownPixels] : [])];
  return {
    result: { faces: sent, image, timings, networks, pixels: ownPixels },
    transfer: moved.map(({ data }) => data.buffer as ArrayBuffer),
  };
}

/** The result as it was given. */
export function unpackResult({ faces, ...rest }: SentResult): DetectionResult {
  const unpacked = faces.map(
    (face): Face =>
      faceObject({ ...face, landmarks: toPoints(face.landmarks), landmarksFloat: toPoints(face.landmarksFloat) }),
  );
  return new DetectionResult({ faces: unpacked, ...rest });
}
