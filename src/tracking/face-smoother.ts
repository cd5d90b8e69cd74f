import { type Check, type ChecksOf, settings } from '../check-options.js';
import { faceObject } from '../face/face-object.js';
import { truncatePoint } from '../landmark106/decode.js';
import { closedFormSimilarity, moments } from '../ops/closed-form-similarity.js';
import type { Face, Point } from '../types.js';
import { ONE_EURO_OPTIONS, OneEuroFilter, type OneEuroOptions } from './one-euro-filter.js';

/** Lengths are in units of the face's size, so that one setting serves near and far faces. */
export interface SmoothingOptions {
  /** How the face's position is smoothed. */
  position: OneEuroOptions;
  /** How its turn in the image and its size are smoothed, together as one complex number. */
  rotationScale: OneEuroOptions;
  /** How its shape (every landmark in the face's own frame) is smoothed. */
  shape: OneEuroOptions;
}

/**
 * Position, rotation and scale are means over 106 landmarks and have a tenth of their jitter, so their filters can follow
 * closely. Shape: expressions and turns out of the image change slowly, so most of the jitter goes here.
 */
export const DEFAULT_SMOOTHING: SmoothingOptions = {
  position: { minCutoff: 1.5, beta: 40, speedCutoff: 4 },
  rotationScale: { minCutoff: 1.5, beta: 40, speedCutoff: 4 },
  shape: { minCutoff: 0.7, beta: 4, speedCutoff: 1 },
};

const filter = settings(ONE_EURO_OPTIONS);

/** Refuses what are no settings for all three filters. */
export const checkSmoothing: Check<SmoothingOptions> = settings({
  position: filter,
  rotationScale: filter,
  shape: filter,
} satisfies ChecksOf<SmoothingOptions>);

/** Root mean square distance of the points from their mean: the face's size in pixels. */
export function spread(points: readonly Point[]): number {
  const { xx, yy } = moments(points);
  return Math.sqrt((xx + yy) / points.length);
}

/** Rotation and scale from the reference's points to others, as a complex number; 1 where points in one place have none. */
function rotationScale(reference: readonly Point[], points: readonly Point[]): Point {
  const motion = closedFormSimilarity(reference, points);
  const [x, , , y] = motion.data;
  return Math.hypot(x, y) > 0 ? { x, y } : { x: 1, y: 0 };
}

/** Smooths one face over time: position, rotation with scale, and shape are filtered apart. */
export class FaceSmoother {
  readonly #position: OneEuroFilter;
  readonly #rotationScale: OneEuroFilter;
  readonly #shape: OneEuroFilter;
  /** The first landmarks: rotation, scale and lengths are told relative to them. */
  #reference: readonly Point[] | undefined;
  #size = 1;

  constructor({ position, rotationScale, shape }: SmoothingOptions) {
    this.#position = new OneEuroFilter(position);
    this.#rotationScale = new OneEuroFilter(rotationScale);
    this.#shape = new OneEuroFilter(shape);
  }

  /** Where the face will have moved to after some time, as an offset in pixels. */
  predict(seconds: number): Point {
    const [x = 0, y = 0] = this.#position.speed;
    return { x: x * this.#size * seconds, y: y * this.#size * seconds };
  }

  /** The face with smoothed landmarks, key points and box; matrices and crop stay those of the raw face. */
  next(face: Face, seconds: number): Face {
    const { x1, y1, x2, y2 } = face.box;
    const { meanX, meanY } = moments(face.landmarksFloat);
    // One unit for the whole track: a unit that changed with the face would move it.
    if (!this.#reference) {
      this.#reference = face.landmarksFloat;
      this.#size = spread(face.landmarksFloat) || 1;
    }
    const size = this.#size;
    const turn = rotationScale(this.#reference, face.landmarksFloat);
    const scale = Math.hypot(turn.x, turn.y);
    const points = [...face.landmarksFloat, ...face.keypoints, { x: (x1 + x2) / 2, y: (y1 + y2) / 2 }];
    // Into the face's own frame: divided by the complex number.
    const own = points.flatMap(({ x, y }) => {
      const [dx, dy] = [(x - meanX) / size / scale ** 2, (y - meanY) / size / scale ** 2];
      return [dx * turn.x + dy * turn.y, dy * turn.x - dx * turn.y];
    });
    // The box stays upright when the face turns: only the scale applies to its sides.
    own.push((x2 - x1) / (2 * size * scale), (y2 - y1) / (2 * size * scale));

    const [left, top] = this.#position.next(Float64Array.of(meanX / size, meanY / size), seconds);
    const [a, b] = this.#rotationScale.next(Float64Array.of(turn.x, turn.y), seconds);
    const shape = this.#shape.next(Float64Array.from(own), seconds);
    const smooth = points.map((_, i) => ({
      x: (left + a * shape[2 * i] - b * shape[2 * i + 1]) * size,
      y: (top + b * shape[2 * i] + a * shape[2 * i + 1]) * size,
    }));
    const n = face.landmarksFloat.length;
    const landmarksFloat = smooth.slice(0, n);
    const center = smooth[smooth.length - 1];
    const [halfWidth, halfHeight] = [...shape.subarray(-2)].map((half) => half * size * Math.hypot(a, b));
    return faceObject({
      ...face,
      landmarksFloat,
      landmarks: landmarksFloat.map(truncatePoint),
      keypoints: face.keypoints.map(({ name }, i) => ({ name, ...smooth[n + i] })),
      box: {
        x1: center.x - halfWidth,
        y1: center.y - halfHeight,
        x2: center.x + halfWidth,
        y2: center.y + halfHeight,
      },
    });
  }
}
