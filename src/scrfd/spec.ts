/**
 * SCRFD with key points (Guo et al. 2021, "Sample and Computation Redistribution for Efficient Face Detection"),
 * as the merged model runs it.
 */
export const SCRFD = {
  /** Side of the square detector input in pixels; the networks take multiples of {@link SCRFD.sideMultiple}. */
  side: 640,
  sideMultiple: 32,
  /** Largest side that is allowed: beyond it the input tensor alone takes 200 MB. */
  maxSide: 4096,
  /** Input samples are `(p - mean) / std`, RGB. */
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
  /** The merged model's canvas: larger images it cannot take. */
  maxImageSide: 1920,
} as const;
