import { type Checked, type ChecksOf, checkOptions, numberIn, oneOf, orElse } from '../check-options.js';
import { InvalidOptionError } from '../errors.js';
import { boxAround } from '../face/box-around.js';
import { checkFace } from '../face/check-face.js';
import { packPixels } from '../image/pack-pixels.js';
import { type PixelView, pixelView } from '../image/pixel-image.js';
import { checkList } from '../options.js';
import type { Box, PixelImage, Point } from '../types.js';
import { cellColor, coarseGrid, smoothColor } from './coarse-grid.js';
import { faceRegion, type Outlined, REGION_SHAPES } from './face-region.js';

export interface AnonymizeOptions {
  /** `blur`: soft, without edges; `pixelate`: squares; `fill`: one gray. Default `blur`. */
  method?: 'blur' | 'pixelate' | 'fill' | undefined;
  /**
   * What is covered, with room for hair and chin around it: `landmarks`, the face along its contour with the forehead; `ellipse` or `box`
   * around that. Default `ellipse`.
   */
  shape?: 'landmarks' | 'box' | 'ellipse' | undefined;
  /** How little is left, 0 to 1: about four colours across the face at 0, one at 1. Default 0.5. */
  strength?: number | undefined;
}

/** Checks and defaults of the options. */
export const ANONYMIZE_OPTIONS = {
  method: orElse('blur', oneOf(['blur', 'pixelate', 'fill'])),
  shape: orElse('ellipse', oneOf(REGION_SHAPES)),
  strength: orElse(0.5, numberIn(0, 1)),
} satisfies ChecksOf<AnonymizeOptions>;

/** Cells across a face at strength 0 and 1. */
const [MOST_CELLS, FEWEST_CELLS] = [4, 1];
/** Pixels of the smallest cell's side: one of its 256 pixels changes the mean by less than one grey level. */
const SMALLEST_CELL = 16;
/**
 * Room around the face, and the way over which a blur fades into the image, as shares of the face's size. With less room detectors still know
 * some heads by their hair and neck.
 */
const [MARGIN, FADE] = [0.32, 0.1];
const GRAY = 128;

/** How far outside of a convex polygon a point lies, negative inside: the farthest of its sides decides. */
function distanceTo(polygon: readonly Point[]): (x: number, y: number) => number {
  const sides = polygon.map((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    const [nx, ny] = [(b.y - a.y) / length, (a.x - b.x) / length];
    return [nx, ny, nx * a.x + ny * a.y];
  });
  const flat = Float64Array.from(sides.flat());
  return (x, y) => {
    let farthest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < flat.length; i += 3) {
      farthest = Math.max(farthest, flat[i] * x + flat[i + 1] * y - flat[i + 2]);
    }
    return farthest;
  };
}

function grown({ x1, y1, x2, y2 }: Box, by: number): Box {
  return { x1: x1 - by, y1: y1 - by, x2: x2 + by, y2: y2 + by };
}

/** The region of a face in an image that is to be covered. @throws InvalidOptionError where the face has none */
function regionOf(name: string, face: Outlined, shape: (typeof REGION_SHAPES)[number]): Point[] {
  const { x1, y1, x2, y2 } = face.box;
  const numbers = [x1, y1, x2, y2, ...[...face.keypoints, ...face.landmarksFloat].flatMap(({ x, y }) => [x, y])];
  const region = numbers.every((value) => Math.abs(value) < 2 ** 24) ? faceRegion(face, shape) : [];
  if (region.length > 2 && region.every(({ x, y }) => Number.isFinite(x + y))) return region;
  throw new InvalidOptionError({
    name,
    expected: 'a face with an area, in finite numbers of pixels',
    received: 'none, which would stay visible',
    hint: 'Leave it out, or cover it by hand.',
  });
}

function cover(
  view: PixelView,
  target: Uint8Array,
  region: readonly Point[],
  { method, strength }: Checked<typeof ANONYMIZE_OPTIONS>,
): void {
  const around = boxAround(region);
  const size = Math.sqrt((around.x2 - around.x1) * (around.y2 - around.y1));
  const margin = MARGIN * size;
  const fade = method === 'blur' ? FADE * size : 0;
  const reach = grown(around, margin + fade);
  const cells = MOST_CELLS + strength * (FEWEST_CELLS - MOST_CELLS);
  const cell = Math.ceil(Math.max(SMALLEST_CELL, size / cells));
  const [left, top] = [Math.max(0, Math.ceil(reach.x1)), Math.max(0, Math.ceil(reach.y1))];
  const right = Math.min(view.width - 1, Math.floor(reach.x2));
  const bottom = Math.min(view.height - 1, Math.floor(reach.y2));
  if (left > right || top > bottom) return;
  const grid = coarseGrid(view, reach, cell);
  const color = new Float64Array(3).fill(GRAY);
  const colorAt = { blur: smoothColor, pixelate: cellColor, fill: () => {} }[method];
  const distance = distanceTo(region);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const outside = distance(x, y) - margin;
      if (outside > fade) continue;
      // Whole over all of the region: what shows through lies beyond it.
      const coverage = outside > 0 ? 1 - outside / fade : 1;
      colorAt(grid, x, y, color);
      const to = (y * view.width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        target[to + channel] = Math.round(target[to + channel] + coverage * (color[channel] - target[to + channel]));
      }
    }
  }
}

/**
 * Makes faces unrecognisable: what covers a face is made of nothing but the mean colours of a few large cells, each of 16 x 16
 * pixels or more, so that no detail can be recovered, by whatever means.
 *
 * Only these faces: what a detector misses stays. `recall: 'thorough'` of `detect` misses the fewest.
 *
 * @param image stays as it is
 * @param faces as they lie in this image
 * @returns a copy in rgb
 * @throws InvalidImageError, InvalidOptionError, also for a face without area or with numbers that are not finite
 */
export function anonymizeFaces(
  image: PixelImage,
  faces: readonly Outlined[],
  options: AnonymizeOptions = {},
): PixelImage & { data: Uint8Array<ArrayBuffer>; channelOrder: 'rgb' } {
  const settings = checkOptions('anonymizeFaces', options, ANONYMIZE_OPTIONS);
  const view = pixelView(image);
  const checked = checkList('faces', faces, (name, face) =>
    checkFace(name, face, ['box', 'keypoints', 'landmarksFloat']),
  );
  const regions = checked.map((face, i) => regionOf(`faces[${i}]`, face, settings.shape));
  const { width, height } = view;
  const data = packPixels(image, 'rgb');
  for (const region of regions) cover(view, data, region, settings);
  return { data, width, height, channelOrder: 'rgb' };
}
