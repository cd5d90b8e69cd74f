import { faceSummary, INSPECT } from '../face/face-object.js';
import type { Receipt } from '../runtime/receipt.js';
import type { Face, ImageInfo, PixelImage, Timings } from '../types.js';
import { checkResult, type ResultJson, resultToJson } from './result-to-json.js';

/** Number of faces that `console.log` lists one by one. */
const MAX_LISTED = 20;

type DetectionResultParts = Pick<DetectionResult, 'faces' | 'image' | 'timings' | 'networks'> &
  Partial<Pick<DetectionResult, 'pixels'>>;

/** The result of `detect`: the faces of one image, and what is known about the image. */
export class DetectionResult {
  /** Best score first; `[]` when there is no face. */
  readonly faces: Face[];
  readonly image: ImageInfo;
  readonly timings: Timings;
  /** Networks, runtime and options of this result. */
  readonly networks: Receipt;
  /** The pixels in which the faces were found. Only with the option `withPixels`. */
  readonly pixels: PixelImage | undefined;

  /** @throws InvalidOptionError */
  constructor(parts: DetectionResultParts) {
    checkResult('the result', parts);
    const { faces, image, timings, networks, pixels } = parts;
    this.faces = faces;
    this.image = image;
    this.timings = timings;
    this.networks = networks;
    this.pixels = pixels;
  }

  /** Called by `JSON.stringify`: integer landmarks, no pixels. `resultToJson` has options. */
  toJSON(): ResultJson {
    return resultToJson(this);
  }

  /** The text of Node's `console.log`. */
  [INSPECT](): string {
    const { faces, image, timings, networks } = this;
    const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
    const listed = faces.slice(0, MAX_LISTED).map((face, i) => `  ${i + 1}: ${faceSummary(face)}`);
    return [
      `DetectionResult { ${faces.length === 1 ? '1 face' : `${faces.length} faces`} in ${image.name}`,
      `  ${image.width} x ${image.height} pixels, decoder ${image.decoder}`,
      `  decode ${milliseconds(timings.decode)}, analyze ${milliseconds(timings.analyze)}`,
      `  networks ${networks.set} (${networks.licence}), ${networks.runtime.name} ${networks.runtime.version}`,
      ...listed,
      ...(faces.length > MAX_LISTED ? [`  and ${faces.length - MAX_LISTED} more`] : []),
      '}',
    ].join('\n');
  }
}
