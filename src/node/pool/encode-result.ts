import type { DetectionResult } from '../../detector/detection-result.js';
import { resultToJson } from '../../detector/result-to-json.js';
import type { FaceJsonOptions } from '../../face/face-to-json.js';
import { imageFromTensor } from '../../image/image-from-tensor.js';
import type { Face, PixelImage } from '../../types.js';
import { type DrawOverlayOptions, drawOverlay, type OverlayFormat } from '../images/draw-overlay.js';
import { encodeImage } from '../images/image-codecs.js';

export interface JsonOptions extends FaceJsonOptions {
  /** Add the 224 crop of each face, as a `data:` URL of a PNG. Default false. */
  crops?: boolean | undefined;
}

/** What a worker makes of a result before it answers. */
export type Encoding =
  | ({ kind: 'json' } & JsonOptions)
  | ({ kind: 'overlay'; format: OverlayFormat } & Omit<DrawOverlayOptions, 'signal'>);

/** A result that a worker has made ready to be sent or written. */
export interface EncodedResult {
  bytes: Uint8Array<ArrayBuffer>;
  /** How many faces were found. */
  faces: number;
}

/** A face's 224 crop as a `data:` URL. */
async function cropUrl({ crop, cropChannelOrder }: Face): Promise<string> {
  const png = await encodeImage(imageFromTensor(crop, cropChannelOrder), 'png');
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/** A result as the bytes that were asked for. For an overlay it must hold its pixels. */
export async function encodeResult(
  result: DetectionResult,
  encoding: Encoding,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (encoding.kind === 'json') {
    const { kind: _, crops, ...faceOptions } = encoding;
    const json = resultToJson(result, faceOptions);
    if (crops) {
      for (const [i, face] of result.faces.entries()) {
        signal.throwIfAborted();
        json.faces[i].crop = await cropUrl(face);
      }
    }
    return new TextEncoder().encode(JSON.stringify(json));
  }
  const { kind: _, format, ...drawing } = encoding;
  return drawOverlay(result.pixels as PixelImage, result.faces, format, { ...drawing, signal });
}
