import { faceObject } from '../face/face-object.js';
import type { Face, Point } from '../types.js';
import { DetectionResult } from './detection-result.js';
import { sendablePixels } from './sendable-pixels.js';

/** A face with flat landmarks, which are faster to clone than 212 objects. */
export interface SentFace extends Omit<Face, 'landmarks' | 'landmarksFloat' | 'toJSON'> {
  /** x y */
  landmarks: Float64Array;
  landmarksFloat: Float64Array;
}

/** A result in the form in which threads exchange it: structured cloning loses nothing of it. */
export interface SentResult extends Pick<DetectionResult, 'image' | 'timings' | 'networks' | 'pixels'> {
  faces: SentFace[];
}

const toFlat = (points: readonly Point[]) => Float64Array.from(points.flatMap(({ x, y }) => [x, y]));

const toPoints = (flat: Float64Array): Point[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i], y: flat[2 * i + 1] }));

/** Faces as a message, and the buffers to transfer with it. */
export function packFaces(faces: readonly Face[]): { sent: SentFace[]; transfer: ArrayBuffer[] } {
  const sent = faces.map(
    ({ landmarks, landmarksFloat, toJSON: _, ...face }): SentFace => ({
      ...face,
      landmarks: toFlat(landmarks),
      landmarksFloat: toFlat(landmarksFloat),
    }),
  );
  return { sent, transfer: sent.map(({ crop }) => crop.data.buffer as ArrayBuffer) };
}

/** The inverse of {@link packFaces}. */
export const unpackFaces = (faces: readonly SentFace[]): Face[] =>
  faces.map((face) =>
    faceObject({ ...face, landmarks: toPoints(face.landmarks), landmarksFloat: toPoints(face.landmarksFloat) }),
  );

/** The result as a message, and the buffers to transfer with it. */
export function packResult({ faces, image, timings, networks, pixels }: DetectionResult): {
  result: SentResult;
  transfer: ArrayBuffer[];
} {
  const { sent, transfer } = packFaces(faces);
  const ownPixels = pixels && sendablePixels(pixels, true);
  if (ownPixels) transfer.push(ownPixels.data.buffer);
  return { result: { faces: sent, image, timings, networks, pixels: ownPixels }, transfer };
}

/** The inverse of {@link packResult}. */
export function unpackResult({ faces, ...rest }: SentResult): DetectionResult {
  return new DetectionResult({ faces: unpackFaces(faces), ...rest });
}
