import { type ChecksOf, fields, oneOf, optional } from '../check-options.js';
import { checkAnyNumber, checkText } from '../options.js';
import type { ResultOptions } from '../stages/pipeline.js';
import type { RuntimeInfo } from './session.js';

/** Which networks gave a result. */
export interface NetworksIdentity {
  /** Name of the set, or `custom` for files that are no known set. */
  set: string;
  /** SPDX expression, plain words where there is none, or `unknown`. */
  licence: string;
  /** SHA-256 of both files, in hexadecimal. */
  digests: { detector: string; landmarker: string };
}

/**
 * What a result was made with: enough to make it again, and to know when it must be made again. Which decoder gave the
 * pixels stands with the image.
 */
export interface Receipt extends NetworksIdentity {
  runtime: RuntimeInfo;
  /** The options that change results, with the defaults that were taken. */
  options: ResultOptions;
  /** Version of this library. */
  version: string;
}

const IDENTITY = {
  set: checkText,
  licence: checkText,
  digests: fields({ detector: checkText, landmarker: checkText }),
} satisfies ChecksOf<NetworksIdentity>;

/** Refuses what does not say which networks they are. */
export const checkIdentity = fields(IDENTITY);

/** Refuses what does not say what runs a network. */
export const checkRuntimeInfo = fields({
  name: checkText,
  version: checkText,
  provider: checkText,
  threads: optional(checkAnyNumber),
} satisfies ChecksOf<RuntimeInfo>);

/** Refuses anything but a receipt. */
export const checkReceipt = fields({
  ...IDENTITY,
  runtime: checkRuntimeInfo,
  options: fields({
    minScore: checkAnyNumber,
    iouThreshold: checkAnyNumber,
    maxFaces: checkAnyNumber,
    detectorSide: checkAnyNumber,
    landmarkChannelOrder: oneOf(['bgr', 'rgb']),
    recall: oneOf(['fast', 'reference', 'thorough']),
  } satisfies ChecksOf<ResultOptions>),
  version: checkText,
} satisfies ChecksOf<Receipt>);

/** The receipt of one result. Its parts are copies, so that whoever changes one changes no other. */
export function receipt(
  { set, licence, digests }: NetworksIdentity,
  runtime: RuntimeInfo,
  options: ResultOptions,
  version: string,
): Receipt {
  return { set, licence, digests: { ...digests }, runtime: { ...runtime }, options, version };
}
