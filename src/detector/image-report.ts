import { type FaceJson, type FaceJsonOptions, faceToJson } from '../face/face-json.js';
import type { Faces, ImageInfo, Timings } from './face-detector.js';

/** One image and its faces as JSON: what the command prints. */
export interface ImageReport extends ImageInfo {
  /** What the image was called when it was asked for: a path, `-` for standard input. */
  image: string;
  /** Best score first; `[]` when there is no face. */
  faces: FaceJson[];
  timings: Timings;
}

const toHundredths = (milliseconds: number) => Math.round(milliseconds * 100) / 100;

/** The result of a detection as plain JSON. Landmarks are integers, as the merged model gives them, unless `float`. */
export function imageReport(name: string, faces: Faces, { float = false }: FaceJsonOptions = {}): ImageReport {
  const { width, height, decoder } = faces.image;
  return {
    image: name,
    width,
    height,
    decoder,
    faces: faces.map((face) => faceToJson(face, { float })),
    timings: { decode: toHundredths(faces.timings.decode), analyze: toHundredths(faces.timings.analyze) },
  };
}
