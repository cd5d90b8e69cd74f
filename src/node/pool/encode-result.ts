import type { DetectionResult } from '../../detector/detection-result.js';
import { resultToJson } from '../../detector/result-to-json.js';
import type { FaceJsonOptions } from '../../face/face-to-json.js';
import type { PixelImage } from '../../types.js';
import { type DrawOverlayOptions, drawOverlay, type OverlayFormat } from '../images/draw-overlay.js';

/** What a worker makes of a result before it answers. */
export type Encoding =
  | ({ kind: 'json' } & FaceJsonOptions)
  | ({ kind: 'overlay'; format: OverlayFormat } & Omit<DrawOverlayOptions, 'signal'>);

/** A result that a worker has made ready to be sent or written. */
export interface EncodedResult {
  bytes: Uint8Array<ArrayBuffer>;
  /** How many faces were found. */
  faces: number;
}

/** A result as the bytes that were asked for. For an overlay it must hold its pixels. */
export async function encodeResult(
  result: DetectionResult,
  encoding: Encoding,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (encoding.kind === 'json') {
    return new TextEncoder().encode(JSON.stringify(resultToJson(result, { subpixel: encoding.subpixel })));
  }
  const { format, indices } = encoding;
  return drawOverlay(result.pixels as PixelImage, result.faces, format, { indices, signal });
}
