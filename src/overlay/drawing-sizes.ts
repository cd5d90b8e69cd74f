import type { Box } from '../types.js';

/** From this side on a face's features are larger than dots on its landmarks, and lines than their dark edges. */
const SMALLEST_WITH_DOTS = 80;

/** How thick and how high things are drawn, image pixels. */
export interface DrawingSizes {
  /** Of the face's box and the edge around it. */
  box: number;
  boxEdge: number;
  /** Of the lines along the landmarks. */
  line: number;
  /** Radius of a landmark; 0 where the face is too small for dots. */
  dot: number;
  /** Around lines and dots. */
  landmarkEdge: number;
  /** Radius of a key point. */
  keypoint: number;
  keypointEdge: number;
  /** Height of a digit of the score, and of an index. */
  score: number;
  scoreEdge: number;
  index: number;
  indexEdge: number;
  /** Room between a landmark and its index. */
  clearance: number;
}

export const clamp = (value: number, min: number, max: number) => Math.min(Math.max(value, min), max);

/** A pixel up to 800, and more on larger images, which are looked at reduced. */
export const strokeUnit = ({ width, height }: { width: number; height: number }) =>
  Math.max(1, Math.max(width, height) / 800);

/** Sizes that suit a face in an image with this unit: fine on a small face, so that its features stay visible under the lines. */
export function drawingSizes({ x1, y1, x2, y2 }: Box, unit: number): DrawingSizes {
  // A box without a size is drawn as the smallest one.
  const side = Math.sqrt(Math.abs((x2 - x1) * (y2 - y1))) || 0;
  const fine = clamp(side / 200, 0.3, 1.25 * unit);
  const hasDots = side >= SMALLEST_WITH_DOTS;
  const frame = clamp(side / SMALLEST_WITH_DOTS, 0.8, unit);
  // Whole pixels are sharp.
  const score = Math.round(clamp(side / 8, 7, 10 * unit));
  const index = Math.round(Math.max(6, 4 * fine));
  return {
    box: 1.5 * frame,
    boxEdge: 0.75 * frame,
    line: Math.max(clamp(side / 100, 0.5, 1), 0.8 * fine),
    dot: hasDots ? 1.3 * fine : 0,
    landmarkEdge: hasDots ? 0.35 * fine : 0,
    keypoint: Math.max(Math.min(1.3, side / 40), 2.2 * fine),
    keypointEdge: 0.6 * fine,
    score,
    scoreEdge: score / 10,
    index,
    indexEdge: index / 10,
    clearance: 2 * fine,
  };
}
