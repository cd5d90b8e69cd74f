import { DetectionResult } from '../../detector/detection-result.js';
import type { ErrorJson } from '../../detector/error-json.js';
import { faceObject } from '../../face/face-object.js';
import { pixelView } from '../../image/pixel-image.js';
import type { Face, PixelImage, Point } from '../../types.js';
import type { AnalyzeOptions, OpenOptions } from '../facial-landmark-detector.js';
import { checkImageInput, type ImageInput } from '../images/image-input.js';
import type { ResolvedNetworks } from '../models/find-models.js';
import type { BusyFlag } from './exit-guard.js';
import type { AbortFlag } from './thread-abort.js';

/** What a worker is started with. */
export interface WorkerSettings {
  networks: ResolvedNetworks;
  options: OpenOptions;
  busy: BusyFlag;
  aborted: AbortFlag;
  /** Bytes that an image may take without asking. */
  imageShare: number;
}

/** An image on its way to a worker: nothing that structured cloning would lose. */
export type SentInput =
  | { kind: 'path' | 'url'; path: string }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'pixels'; image: PixelImage };

/** pool -> worker */
export type Request =
  | { kind: 'detect'; input: SentInput; options: Omit<AnalyzeOptions, 'signal'> }
  /** Give the call at work up. It is answered all the same. */
  | { kind: 'abort' }
  /** Hold the bytes that were asked for. */
  | { kind: 'granted' }
  /** End when idle. */
  | { kind: 'close' };

/** worker -> pool: first that the networks are open, then one answer for each call. */
export type Answer =
  | { kind: 'ready' }
  | { kind: 'done'; result: SentResult }
  | { kind: 'failed'; error: ErrorJson }
  /** The image needs so many bytes until the call ends, and waits until it may have them. */
  | { kind: 'reserve'; bytes: number };

/** A face with its landmarks flat: cloning 212 objects takes longer. */
interface SentFace extends Omit<Face, 'landmarks' | 'landmarksFloat' | 'toJSON'> {
  /** x y */
  landmarks: Float64Array;
  landmarksFloat: Float64Array;
}

interface SentResult extends Pick<DetectionResult, 'image' | 'timings' | 'networks' | 'pixels'> {
  faces: SentFace[];
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes to send: a copy, or the caller's own where they are handed over and can be moved. */
function sendable(data: Uint8Array | Uint8ClampedArray, handOver: boolean): Bytes {
  const { buffer, byteLength } = data;
  // A view on part of a buffer would take the rest along.
  if (handOver && buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) {
    try {
      return new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
    } catch {
      // Memory that cannot be moved, like WebAssembly's, is copied.
    }
  }
  return Uint8Array.from(data);
}

function sendablePixels({ data, width, height, channelOrder, rowStride }: PixelImage, handOver: boolean) {
  return { data: sendable(data, handOver), width, height, channelOrder, rowStride };
}

/**
 * The input as a message, and the buffers to transfer with it.
 * @param handOver move the caller's memory instead of copying it
 */
export function packInput(input: ImageInput, handOver = false): { input: SentInput; transfer: ArrayBuffer[] } {
  checkImageInput(input);
  if (typeof input === 'string') return { input: { kind: 'path', path: input }, transfer: [] };
  if (input instanceof URL) return { input: { kind: 'url', path: input.href }, transfer: [] };
  if (input instanceof Uint8Array) {
    const bytes = sendable(input, handOver);
    return { input: { kind: 'bytes', bytes }, transfer: [bytes.buffer] };
  }
  // Checked here, so that a wrong image never costs a copy.
  pixelView(input);
  const image = sendablePixels(input, handOver);
  return { input: { kind: 'pixels', image }, transfer: [image.data.buffer] };
}

export function unpackInput(input: SentInput): ImageInput {
  switch (input.kind) {
    case 'path':
      return input.path;
    case 'url':
      return new URL(input.path);
    case 'bytes':
      return input.bytes;
    case 'pixels':
      return input.image;
  }
}

const toFlat = (points: readonly Point[]) => Float64Array.from(points.flatMap(({ x, y }) => [x, y]));

const toPoints = (flat: Float64Array): Point[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i], y: flat[2 * i + 1] }));

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

export function unpackResult({ faces, ...rest }: SentResult): DetectionResult {
  const unpacked = faces.map(
    (face): Face =>
      faceObject({ ...face, landmarks: toPoints(face.landmarks), landmarksFloat: toPoints(face.landmarksFloat) }),
  );
  return new DetectionResult({ faces: unpacked, ...rest });
}
