import { faceObject } from '../face/face-object.js';
import type { FollowedFace } from '../stages/follow-faces.js';
import type { Face, Point } from '../types.js';
import { DetectionResult } from './detection-result.js';
import { sendablePixels } from './sendable-pixels.js';

/** Landmarks as flat numbers, x y, which are faster to clone than 212 objects. */
interface FlatLandmarks {
  landmarks: Float64Array;
  landmarksFloat: Float64Array;
}

type Sent<F> = Omit<F, 'landmarks' | 'landmarksFloat' | 'toJSON'> & FlatLandmarks;
export type SentFace = Sent<Face>;
export type SentFollowedFace = Sent<FollowedFace>;

/** A result in the form in which threads exchange it: structured cloning loses nothing of it. */
export interface SentResult extends Pick<DetectionResult, 'image' | 'timings' | 'networks' | 'pixels'> {
  faces: SentFace[];
}

const toFlat = (points: readonly Point[]) => Float64Array.from(points.flatMap(({ x, y }) => [x, y]));

const toPoints = (flat: Float64Array): Point[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i], y: flat[2 * i + 1] }));

/** Faces as a message, and the buffers to transfer with it. */
export function packFaces<F extends FollowedFace & { toJSON?: unknown }>(
  faces: readonly F[],
): { sent: Sent<F>[]; transfer: ArrayBuffer[] } {
  const sent = faces.map(
    ({ landmarks, landmarksFloat, toJSON: _, ...face }): Sent<F> => ({
      ...face,
      landmarks: toFlat(landmarks),
      landmarksFloat: toFlat(landmarksFloat),
    }),
  );
  return { sent, transfer: faces.map(({ crop }) => crop.data.buffer as ArrayBuffer) };
}

const withPoints = <F extends FlatLandmarks>(face: F) => ({
  ...face,
  landmarks: toPoints(face.landmarks),
  landmarksFloat: toPoints(face.landmarksFloat),
});

/** The inverses of {@link packFaces}. */
export const unpackFaces = (faces: readonly SentFace[]): Face[] => faces.map((face) => faceObject(withPoints(face)));
export const unpackFollowedFaces = (faces: readonly SentFollowedFace[]): FollowedFace[] => faces.map(withPoints);

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
