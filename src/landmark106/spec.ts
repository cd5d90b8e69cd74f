import { type Check, type ChecksOf, fields, integerIn } from '../check-options.js';
import { checkAnyNumber } from '../options.js';

/**
 * What differs from one landmark network to another. The kernels that cut faces out are made for the crop and the input of
 * {@link LANDMARK106}: a network with another input needs kernels of its own.
 */
export interface LandmarkSpec {
  /** Side of the square input in pixels. */
  inputSide: number;
  points: number;
  /** landmark input -> crop: `[[scale, 0, offset], [0, scale, offset]]` */
  inputToCrop: { scale: number; offset: number };
  /** Faces that go through the network at once, where it leaves the choice. */
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

/** Largest fixed batch of a network that is taken: the input of 1024 faces takes 450 MB. */
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
  /** landmark input -> crop, as the reference writes it down instead of inverting. */
  inputToCrop: { scale: 1.75, offset: -56 },
  /** Faces that go through the network at once: 32 inputs take 14 MB, and the gain of a batch ends well before. */
  batch: 32,
} as const satisfies LandmarkSpec & Record<string, unknown>;

/** Values of one face's landmark input. */
export const LANDMARK_INPUT_LENGTH = 3 * LANDMARK106.inputSide ** 2;
