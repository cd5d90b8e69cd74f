import { type FaceJsonOptions, faceToJson } from '../face/face-to-json.js';
import type { FaceData, FaceJson, ImageInfo, Timings } from '../types.js';

/** One image and its faces as JSON: what the command prints. */
export interface ResultJson {
  /** What the image was called when it was asked for: a path, `-` for standard input. */
  image: string;
  width: number;
  height: number;
  decoder: string;
  /** Best score first; `[]` when there is no face. */
  faces: FaceJson[];
  /** Milliseconds, rounded to hundredths. */
  timings: Timings;
}

export interface ResultJsonOptions extends FaceJsonOptions {
  /** Another name for the image than the result's own. */
  name?: string | undefined;
}

const toHundredths = (milliseconds: number) => Math.round(milliseconds * 100) / 100;

/** A result as plain JSON, without the crops. `JSON.stringify(result)` does the same with the defaults. */
export function resultToJson(
  { image, faces, timings }: { image: ImageInfo; faces: readonly FaceData[]; timings: Timings },
  { name = image.name, subpixel }: ResultJsonOptions = {},
): ResultJson {
  const { width, height, decoder } = image;
  return {
    image: name,
    width,
    height,
    decoder,
    faces: faces.map((face) => faceToJson(face, { subpixel })),
    timings: { decode: toHundredths(timings.decode), analyze: toHundredths(timings.analyze) },
  };
}
