/**
 * YuNet (Wu et al. 2023, "YuNet: A Tiny Millisecond-level Face Detector") as OpenCV's model zoo exports it: BGR samples of
 * 0 to 255 in, twelve outputs of one row a cell out.
 */
export const YUNET = {
  /** Kinds of output in their order, each for every stride, with the values of a row. */
  outputs: { cls: 1, obj: 1, bbox: 4, kps: 10 },
  strides: [8, 16, 32],
} as const;
