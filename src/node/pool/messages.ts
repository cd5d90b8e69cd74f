import type { ErrorJson } from '../../detector/error-json.js';
import { sendable, sendablePixels } from '../../detector/sendable-pixels.js';
import type { SentFollowedFace, SentResult } from '../../detector/sent-result.js';
import { pixelView } from '../../image/pixel-image.js';
import type { AlignOptions } from '../../stages/align-face.js';
import type { PixelImage, Point } from '../../types.js';
import type { AnalyzeOptions, OpenSettings } from '../facial-landmark-detector.js';
import type { EncodedSource } from '../images/encoded-source.js';
import { checkImageInput, type ImageInput } from '../images/image-input.js';
import type { ResolvedNetworks } from '../models/find-models.js';
import type { Warning } from '../warn-once.js';
import type { EncodedResult, Encoding } from './encode-result.js';
import type { BusyFlag } from './exit-guard.js';
import type { AbortFlag } from './thread-abort.js';

/** What a worker is started with. */
export interface WorkerSettings {
  networks: ResolvedNetworks;
  options: OpenSettings;
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

/** Find the faces of an image, and make of them what the encoding says. */
export interface DetectRequest {
  kind: 'detect';
  input: SentInput;
  options: Omit<AnalyzeOptions, 'signal'>;
  encoding: Encoding | undefined;
}

/** Find the landmarks of faces at known places. */
export interface FollowRequest {
  kind: 'follow';
  input: SentInput;
  keypoints: readonly (readonly Point[])[];
  options: AlignOptions;
}

/** What is to be done with an image. */
export type WorkRequest = DetectRequest | FollowRequest;
export type Task = Omit<DetectRequest, 'input'> | Omit<FollowRequest, 'input'>;

/** pool -> worker */
export type Request =
  | WorkRequest
  /** Give the call at work up. It is answered all the same. */
  | { kind: 'abort' }
  /** Hold the bytes that were asked for. */
  | { kind: 'granted' }
  /** End when idle. */
  | { kind: 'close' };

/** worker -> pool: first that the networks are open, then one answer for each call. */
export type Answer =
  | { kind: 'ready'; version: string; warnings: Warning[] }
  | { kind: 'done'; result: SentResult }
  | { kind: 'encoded'; result: EncodedResult }
  | { kind: 'followed'; faces: SentFollowedFace[] }
  | { kind: 'failed'; error: ErrorJson }
  /** The image needs so many bytes until the call ends, and waits until it may have them. */
  | { kind: 'reserve'; bytes: number };

/**
 * The input as a message, and the buffers to transfer with it.
 * @param handOver move the caller's memory instead of copying it
 */
export function packInput(
  input: Exclude<ImageInput, EncodedSource>,
  handOver = false,
): { input: SentInput; transfer: ArrayBuffer[] } {
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

/** A result that was made ready, and the buffer to transfer with it. */
export function packEncoded(encoded: Uint8Array, faces: number): { result: EncodedResult; transfer: ArrayBuffer[] } {
  const bytes = sendable(encoded, true);
  return { result: { bytes, faces }, transfer: [bytes.buffer] };
}
