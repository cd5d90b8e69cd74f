import { type ChecksOf, checkOptions, fields, optional } from '../check-options.js';
import { qualityInPose } from '../face/face-quality.js';
import { FACE_JSON_OPTIONS, type FaceJsonOptions, faceToJson } from '../face/face-to-json.js';
import { checkAnyNumber, checkList, checkObject, checkText } from '../options.js';
import { checkReceipt, type Receipt } from '../runtime/receipt.js';
import type { Face, FaceData, FaceJson, ImageInfo, Timings } from '../types.js';

/** One image and its faces as JSON: what the command prints. */
export interface ResultJson {
  /** The image's name as the caller gave it: a path, `-` for standard input. */
  image: string;
  width: number;
  height: number;
  decoder: string;
  /** Only of an image that was decoded smaller: the size at which its faces were found. */
  reducedTo?: { width: number; height: number } | undefined;
  /** Best score first; `[]` when there is no face. */
  faces: FaceJson[];
  /** Milliseconds, rounded to hundredths. */
  timings: Timings;
  /** Networks, runtime and options of this result. */
  networks: Receipt;
}

export interface ResultJsonOptions extends FaceJsonOptions {
  /** Replaces the image's name. */
  name?: string | undefined;
}

const toHundredths = (milliseconds: number) => Math.round(milliseconds * 100) / 100;

const checkTimings = fields({ decode: checkAnyNumber, analyze: checkAnyNumber } satisfies ChecksOf<Timings>);
const checkImageInfo = fields({
  name: checkText,
  width: checkAnyNumber,
  height: checkAnyNumber,
  decoder: checkText,
  reducedTo: optional(fields({ width: checkAnyNumber, height: checkAnyNumber })),
} satisfies ChecksOf<ImageInfo>);

/** Refuses anything but a result of `detect`. */
export const checkResult = fields({
  image: checkImageInfo,
  timings: checkTimings,
  networks: checkReceipt,
  faces: (name, value) => checkList(name, value, checkObject) as Face[],
});

const RESULT_JSON_OPTIONS = { ...FACE_JSON_OPTIONS, name: optional(checkText) } satisfies ChecksOf<ResultJsonOptions>;

/**
 * A result as plain JSON, without the crops. `JSON.stringify(result)` does the same with the defaults.
 * @throws InvalidOptionError
 */
export function resultToJson(
  result: { image: ImageInfo; faces: readonly FaceData[]; timings: Timings; networks: Receipt },
  options: ResultJsonOptions = {},
): ResultJson {
  const { image, faces, timings, networks } = checkResult('the result', result);
  const { name = image.name, ...faceOptions } = checkOptions('resultToJson', options, RESULT_JSON_OPTIONS);
  const { width, height, decoder, reducedTo } = image;
  return {
    image: name,
    width,
    height,
    decoder,
    ...(reducedTo && { reducedTo }),
    faces: faces.map((face) => {
      const json = faceToJson(face, faceOptions);
      const { attributes } = json;
      if (attributes && face.crop) attributes.quality = qualityInPose(face, image, () => attributes.pose);
      return json;
    }),
    timings: { decode: toHundredths(timings.decode), analyze: toHundredths(timings.analyze) },
    networks,
  };
}
