import { InvalidImageError, InvalidOptionError } from '../errors.js';
import { type PixelView, pixelView } from '../image/pixel-image.js';
import { defaultKernels } from '../kernels/default-kernels.js';
import type { Kernels } from '../kernels/kernels.js';
import { nms } from '../ops/nms.js';
import { tensor } from '../ops/tensor.js';
import { checkInteger, checkNumber } from '../options.js';
import { anchorLevels } from '../scrfd/anchors.js';
import { fixedDetectorSide, sortOutputs } from '../scrfd/contract.js';
import { type Candidates, decodeAnchors } from '../scrfd/decode.js';
import { SCRFD } from '../scrfd/spec.js';
import { type Detection, KEYPOINT_NAMES, type Network, type NetworkInfo, type PixelImage } from '../types.js';
import { Workspace } from './workspace.js';

/** Defaults are the merged model's values. */
export interface DetectOptions {
  /** Faces need a score above this. In [0, 1], default 0.5. */
  minScore?: number;
  /** A box goes when it overlaps a better one by more than this intersection over union. In [0, 1], default 0.4. */
  iouThreshold?: number;
  /** At most so many faces, the best first. Default 1000. */
  maxFaces?: number;
  /** Side of the detector's square input, a multiple of 32. Default: the network's fixed side, else 640. */
  detectorSide?: number;
  /** Checked between the steps: an `AbortSignal`, or anything with its method. */
  signal?: { throwIfAborted(): void };
  /** Refuse images longer than 1920 pixels as the merged model does, instead of reducing them. Default false. */
  strict?: boolean;
}

/** Side of the detector's input: the requested one where the network allows it, else its own or the default. */
export function detectorSide(network: NetworkInfo, requested: number | undefined): number {
  const fixed = fixedDetectorSide(network);
  const side = checkInteger('detectorSide', requested ?? fixed ?? SCRFD.side, SCRFD.sideMultiple, SCRFD.maxSide);
  if (side % SCRFD.sideMultiple !== 0) {
    throw new InvalidOptionError({
      name: 'detectorSide',
      expected: `a multiple of ${SCRFD.sideMultiple}`,
      received: String(side),
    });
  }
  if (fixed !== undefined && side !== fixed) {
    throw new InvalidOptionError({
      name: 'detectorSide',
      expected: `${fixed}, the fixed input side of ${network.name},`,
      received: String(side),
      hint: 'Leave the option out, or use an export with a variable input size.',
    });
  }
  return side;
}

/**
 * Image -> detector input `(1, 3, side, side)` float32 RGB in normalised units. Up to 1920 pixels bit-identical to the
 * reference; above, reduced by area averaging so that small faces are not lost to aliasing.
 *
 * @param out where to write; every element is written
 */
export function detectorInput(
  view: PixelView,
  side: number,
  kernels: Kernels = defaultKernels(),
  out: Float32Array = new Float32Array(3 * side * side),
): Float32Array {
  const large = Math.max(view.width, view.height) > SCRFD.maxImageSide;
  if (large) kernels.letterboxArea(view, side, SCRFD, out);
  else kernels.letterboxBilinear(view, side, SCRFD, out);
  return out;
}

/**
 * Detector input pixels -> image pixels: product first, clipped to the image, truncated to an integer, as the
 * reference does.
 */
function toImage(value: number, longer: number, side: number, limit: number): number {
  const scaled = Math.fround(Math.fround(value * longer) / side);
  return Math.trunc(Math.min(Math.max(scaled, 0), limit));
}

function toDetection(candidates: Candidates, row: number, { width, height }: PixelView, side: number): Detection {
  const longer = Math.max(width, height);
  const x = (value: number) => toImage(value, longer, side, width);
  const y = (value: number) => toImage(value, longer, side, height);
  const [x1, y1, x2, y2] = candidates.boxes.subarray(row * 4, row * 4 + 4);
  return {
    score: candidates.scores[row],
    box: { x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2) },
    keypoints: KEYPOINT_NAMES.map((name, i) => ({
      name,
      x: x(candidates.keypoints[row * 10 + 2 * i]),
      y: y(candidates.keypoints[row * 10 + 2 * i + 1]),
    })),
  };
}

/**
 * Stage 1: image -> faces with box, score and five key points, in image pixels, best score first.
 *
 * @param network an SCRFD export with key points
 * @param workspace what calls share; pass the same one to every call of a series
 * @returns `[]` when there is no face
 * @throws InvalidImageError when `strict` and the image is longer than 1920 pixels
 * @throws InvalidOptionError, ModelContractError, InferenceError
 */
export async function detectFaces(
  network: Network,
  image: PixelImage,
  options: DetectOptions = {},
  workspace: Workspace = new Workspace(),
): Promise<Detection[]> {
  const view = pixelView(image);
  const minScore = checkNumber('minScore', options.minScore ?? SCRFD.minScore, 0, 1);
  const iouThreshold = checkNumber('iouThreshold', options.iouThreshold ?? SCRFD.iouThreshold, 0, 1);
  const maxFaces = checkInteger('maxFaces', options.maxFaces ?? SCRFD.maxFaces, 1, Number.MAX_SAFE_INTEGER);
  const side = detectorSide(network, options.detectorSide);
  if (options.strict && Math.max(view.width, view.height) > SCRFD.maxImageSide) {
    throw new InvalidImageError({
      name: 'the image',
      expected: `at most ${SCRFD.maxImageSide} pixels a side`,
      received: `${view.width} x ${view.height}`,
      hint: 'The merged model fails there too. Leave out `strict` to have larger images reduced for the detector.',
    });
  }
  options.signal?.throwIfAborted();
  const outputs = await workspace.lend(3 * side * side, (input) =>
    network.run(tensor(detectorInput(view, side, workspace.kernels, input), [1, 3, side, side])),
  );
  options.signal?.throwIfAborted();
  const candidates = decodeAnchors(sortOutputs(network, outputs, side), anchorLevels(side), minScore);
  return nms(candidates.boxes, candidates.scores, iouThreshold, maxFaces).map((row) =>
    toDetection(candidates, row, view, side),
  );
}
