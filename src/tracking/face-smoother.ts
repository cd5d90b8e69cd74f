import { truncatePoint } from '../landmark106/decode.js';
import { moments } from '../ops/closed-form-similarity.js';
import type { Face, Point } from '../types.js';
import { OneEuroFilter, type OneEuroOptions } from './one-euro-filter.js';

/** Lengths are in units of the face's size, so that one setting serves near and far faces. */
export interface SmoothingOptions {
  /** How the face's position is smoothed. */
  position: OneEuroOptions;
  /** How its shape (every landmark relative to that position) is smoothed. */
  shape: OneEuroOptions;
}

/**
 * Position: the mean of 106 landmarks has a tenth of their jitter, so its filter can follow closely. Shape: turns,
 * expressions and distance change slowly, so most of the jitter goes here.
 */
export const DEFAULT_SMOOTHING: SmoothingOptions = {
  position: { minCutoff: 1.5, beta: 40, speedCutoff: 4 },
  shape: { minCutoff: 0.7, beta: 4, speedCutoff: 1 },
};

/** Root mean square distance of the points from their mean: the face's size in pixels. */
export function spread(points: readonly Point[]): number {
  const { xx, yy } = moments(points);
  return Math.sqrt((xx + yy) / points.length);
}

/** Smooths one face over time: its position and its shape are filtered apart. */
export class FaceSmoother {
  readonly #position: OneEuroFilter;
  readonly #shape: OneEuroFilter;
  #size = 1;

  constructor({ position, shape }: SmoothingOptions) {
    this.#position = new OneEuroFilter(position);
    this.#shape = new OneEuroFilter(shape);
  }

  /** Where the face will have moved to after some time, as an offset in pixels. */
  predict(seconds: number): Point {
    const [x = 0, y = 0] = this.#position.speed;
    return { x: x * this.#size * seconds, y: y * this.#size * seconds };
  }

  /** The face with smoothed landmarks, key points and box; matrices and crop stay those of the raw face. */
  next(face: Face, seconds: number): Face {
    const { box } = face;
    const corners = [
      { x: box.x1, y: box.y1 },
      { x: box.x2, y: box.y2 },
    ];
    const points = [...face.landmarksFloat, ...face.keypoints, ...corners];
    const { meanX, meanY } = moments(face.landmarksFloat);
    // One unit for the whole track: a unit that changed with the face would move it.
    if (this.#position.speed.length === 0) this.#size = spread(face.landmarksFloat) || 1;
    const size = this.#size;
    const position = this.#position.next(Float64Array.of(meanX / size, meanY / size), seconds);
    const offsets = points.flatMap(({ x, y }) => [(x - meanX) / size, (y - meanY) / size]);
    const shape = this.#shape.next(Float64Array.from(offsets), seconds);
    const smooth = points.map((_, i) => ({
      x: (position[0] + shape[2 * i]) * size,
      y: (position[1] + shape[2 * i + 1]) * size,
    }));
    const n = face.landmarksFloat.length;
    const landmarksFloat = smooth.slice(0, n);
    const [first, second] = smooth.slice(-2);
    return {
      ...face,
      landmarksFloat,
      landmarks: landmarksFloat.map(truncatePoint),
      keypoints: face.keypoints.map(({ name }, i) => ({ name, ...smooth[n + i] })),
      box: { x1: first.x, y1: first.y, x2: second.x, y2: second.y },
    };
  }
}
