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
 * What a result was made with: enough to make it again, and to know when it must be made anew. Which decoder gave the
 * pixels stands with the image.
 */
export interface Receipt extends NetworksIdentity {
  runtime: RuntimeInfo;
  /** The options that change results, with the defaults that were taken. */
  options: ResultOptions;
  /** Version of this library. */
  version: string;
}

/** The receipt of one result. Its parts are copies, so that whoever changes one changes no other. */
export function receipt(
  { set, licence, digests }: NetworksIdentity,
  runtime: RuntimeInfo,
  options: ResultOptions,
  version: string,
): Receipt {
  return { set, licence, digests: { ...digests }, runtime: { ...runtime }, options, version };
}
