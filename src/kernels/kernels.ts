import type { PixelView } from '../image/pixel-image.js';
import type { Normalization } from '../ops/letterbox-bilinear.js';
import type { AffineMatrix } from '../types.js';

/** Which channel of a BGR pixel goes to which plane of the landmark network's input. */
export type PlaneOrder = 'bgr' | 'rgb';

/**
 * The per-pixel work around the networks, in two sets that give the same bits: {@link plainKernels} in TypeScript, the
 * reference that runs anywhere, and `wasmKernels` with SIMD. Kernels keep no state between calls.
 */
export interface Kernels {
  readonly name: 'plain' | 'wasm';
  /** `letterboxBilinear`: writes every element of `out`, `(3, side, side)`. */
  letterboxBilinear(image: PixelView, side: number, normalization: Normalization, out: Float32Array): void;
  /** `letterboxArea`: writes every element of `out`, `(3, side, side)`. */
  letterboxArea(image: PixelView, side: number, normalization: Normalization, out: Float32Array): void;
  /**
   * Both crops of one face: the aligned crop, and the landmark network's input, which is made from it. Writes every element.
   *
   * @param crop receives `(224, 224, 3)` bytes, BGR
   * @param input receives `(3, 192, 192)`
   */
  alignedCrops(
    image: PixelView,
    imageToCrop: AffineMatrix,
    order: PlaneOrder,
    crop: Uint8Array,
    input: Float32Array,
  ): void;
}
