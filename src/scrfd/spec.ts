import { type Check, type ChecksOf, fields, integerIn, numberIn } from '../check-options.js';
import { checkAnyNumber, checkList } from '../options.js';

/** The parameters of a network with SCRFD's kind of outputs. */
export interface ScrfdSpec {
  /** Default side of the square input; a multiple of `sideMultiple`. */
  side: number;
  sideMultiple: number;
  maxSide: number;
  /** Input samples are `(p - mean) / std`, RGB. */
  mean: number;
  std: number;
  /** Of the levels of the feature pyramid, finest first, in pixels of the input. */
  strides: readonly number[];
  anchorsPerCell: number;
  /** Defaults of the options. */
  minScore: number;
  iouThreshold: number;
  maxFaces: number;
  /** Larger images are reduced by area averaging. */
  maxImageSide: number;
}

const count = integerIn(1, Number.MAX_SAFE_INTEGER);
const level = integerIn(1, 2 ** 16);

/** Checks of the fields. */
const FIELDS = {
  side: level,
  sideMultiple: level,
  maxSide: level,
  mean: checkAnyNumber,
  std: checkAnyNumber,
  strides: (name, value) => checkList(name, value, level),
  anchorsPerCell: integerIn(1, 2 ** 10),
  minScore: numberIn(0, 1),
  iouThreshold: numberIn(0, 1),
  maxFaces: count,
  maxImageSide: count,
} satisfies ChecksOf<ScrfdSpec>;

/** Refuses anything but a spec. */
export const checkScrfdSpec: Check<ScrfdSpec> = fields(FIELDS);

/**
 * SCRFD with key points (Guo et al. 2021, "Sample and Computation Redistribution for Efficient Face Detection"),
 * as the merged model runs it.
 */
export const SCRFD = {
  side: 640,
  sideMultiple: 32,
  /** Largest side that is allowed: beyond it the input tensor alone takes 200 MB. */
  maxSide: 4096,
  mean: 127.5,
  std: 128,
  strides: [8, 16, 32],
  anchorsPerCell: 2,
  /** Values per row of the three kinds of output: score, box distances l t r b, key point offsets x y. */
  scoreLength: 1,
  boxLength: 4,
  keypointLength: 10,
  minScore: 0.5,
  iouThreshold: 0.4,
  maxFaces: 1000,
  /** Side of the merged model's canvas. It cannot take larger images. */
  maxImageSide: 1920,
} as const satisfies ScrfdSpec & Record<string, unknown>;
