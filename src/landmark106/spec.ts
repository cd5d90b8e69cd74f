import { type Check, type ChecksOf, fields, integerIn } from '../check-options.js';
import { checkAnyNumber } from '../options.js';

/**
 * The parameters of a landmark network. The kernels that cut faces out are made for the crop and the input of
 * {@link LANDMARK106}. A network with another input needs other kernels.
 */
export interface LandmarkSpec {
  /** Side of the square input in pixels. */
  inputSide: number;
  points: number;
  /** landmark input -> crop: `[[scale, 0, offset], [0, scale, offset]]` */
  inputToCrop: { scale: number; offset: number };
  /** Faces per run of the network, when its batch is variable. */
  batch: number;
}

const FIELDS = {
  inputSide: integerIn(1, 4096),
  points: integerIn(1, 2 ** 16),
  inputToCrop: fields({ scale: checkAnyNumber, offset: checkAnyNumber }),
  batch: integerIn(1, 1024),
} satisfies ChecksOf<LandmarkSpec>;

/** Refuses anything but a spec. */
export const checkLandmarkSpec: Check<LandmarkSpec> = fields(FIELDS);

/** Largest fixed batch that is accepted: the input of 1024 faces takes 450 MB. */
export const MAX_BATCH = 1024;

/** InsightFace's 2d106det as the merged model runs it. */
export const LANDMARK106 = {
  /** Side of the aligned crop in pixels. */
  cropSide: 224,
  /** Side of the network's input in pixels. The crop lands in its middle 128 x 128. */
  inputSide: 192,
  points: 106,
  /** crop -> landmark input: `[[scale, 0, offset], [0, scale, offset]]` */
  cropToInput: { scale: 0.57142857, offset: 32 },
  /** landmark input -> crop. The reference has this as constants and does not invert `cropToInput`. */
  inputToCrop: { scale: 1.75, offset: -56 },
  /** Faces per run: 32 inputs take 14 MB, and a larger batch is not faster. */
  batch: 32,
} as const satisfies LandmarkSpec & Record<string, unknown>;

/** Values of one face's landmark input. */
export const LANDMARK_INPUT_LENGTH = 3 * LANDMARK106.inputSide ** 2;
