import { checkNetwork } from '../check-network.js';
import {
  type Checked,
  type ChecksOf,
  checkOptions,
  integerIn,
  numberIn,
  oneOf,
  optional,
  orElse,
} from '../check-options.js';
import { InvalidImageError, InvalidOptionError } from '../errors.js';
import { type PixelView, pixelView } from '../image/pixel-image.js';
import { suppress } from '../ops/nms.js';
import { checkAnyNumber, checkFunction, checkObject } from '../options.js';
import { levelsOf } from '../scrfd/anchors.js';
import { checkSide } from '../scrfd/check-side.js';
import { checkDetector, fixedDetectorSide, sortTensors } from '../scrfd/contract.js';
import { type Candidates, decodeRows } from '../scrfd/decode.js';
import { type DetectorSide, sideForImage, sideRange } from '../scrfd/detector-side.js';
import { SCRFD, type ScrfdSpec } from '../scrfd/spec.js';
import { type Detection, KEYPOINT_NAMES, type Network, type NetworkInfo, type PixelImage } from '../types.js';
import { findInPasses } from './detection-passes.js';
import { type DetectorInput, detectorInput } from './detector-input.js';
import { checkWorkspace, Workspace } from './workspace.js';

/** Defaults are the merged model's values. */
export interface DetectOptions {
  /** Faces need a score above this. In [0, 1], default 0.5. */
  minScore?: number | undefined;
  /** A box is dropped when its intersection over union with a better box is above this. In [0, 1], default 0.4. */
  iouThreshold?: number | undefined;
  /** Largest number of faces; those with the best scores are kept. Default 1000. */
  maxFaces?: number | undefined;
  /**
   * Side of the detector's square input, a multiple of 32. Default: the network's fixed side, or the smallest that holds
   * the image among those that the network asks for (the built-in one: 512 to 640), else 640.
   */
  detectorSide?: number | undefined;
  /** Checked between the steps: an `AbortSignal`, or anything with its method. */
  signal?: { throwIfAborted(): void } | undefined;
  /**
   * What to do with images longer than 1920 pixels: reduce them for the detector, or refuse them as the merged model does.
   * Default `reduce`.
   */
  largeImages?: 'reduce' | 'refuse' | undefined;
  /**
   * How hard to look. `reference`: one pass, the merged model's. `thorough`: further passes for faces that fill the picture, that are
   * turned by a right angle or upside down, or are small; each face names its pass, and large images take long. `fast`: one pass at half
   * the side, where the network leaves the choice. Default `reference`.
   */
  recall?: 'fast' | 'reference' | 'thorough' | undefined;
}

type Signal = NonNullable<DetectOptions['signal']>;

function checkSignal(name: string, value: unknown): Signal {
  const signal = checkObject(name, value) as Signal;
  checkFunction(`${name}.throwIfAborted`, signal.throwIfAborted);
  return signal;
}

/** Checks and defaults of the options. */
export const DETECT_OPTIONS = {
  minScore: optional(numberIn(0, 1)),
  iouThreshold: optional(numberIn(0, 1)),
  maxFaces: optional(integerIn(1, Number.MAX_SAFE_INTEGER)),
  // The allowed sides depend on the network, see `detectorSide`.
  detectorSide: optional(checkAnyNumber),
  signal: optional(checkSignal),
  largeImages: orElse('reduce', oneOf(['reduce', 'refuse'])),
  recall: orElse('reference', oneOf(['fast', 'reference', 'thorough'])),
} satisfies ChecksOf<DetectOptions>;

type CheckedOptions = Checked<typeof DETECT_OPTIONS>;
type Resolved = 'minScore' | 'iouThreshold' | 'maxFaces';
type Unresolved = Pick<CheckedOptions, Resolved | 'detectorSide'>;
/** Checked options, with the defaults of the network and the spec filled in. */
export type DetectSettings<Options extends Unresolved = CheckedOptions> = Omit<Options, keyof Unresolved> &
  Record<Resolved, number> & { detectorSide: DetectorSide };

/** @throws InvalidOptionError for a side that the network does not take */
export function detectSettings<Options extends Unresolved & Partial<Pick<CheckedOptions, 'recall'>>>(
  network: NetworkInfo,
  options: Options,
  spec: ScrfdSpec = SCRFD,
): DetectSettings<Options> {
  return {
    ...options,
    minScore: options.minScore ?? spec.minScore,
    iouThreshold: options.iouThreshold ?? spec.iouThreshold,
    maxFaces: options.maxFaces ?? spec.maxFaces,
    detectorSide: sideForRecall(network, detectorSide(network, options.detectorSide, spec), options.recall, spec),
  };
}

/** Half the side for the fast pass, where the network leaves the choice. */
function sideForRecall(
  network: NetworkInfo,
  side: DetectorSide,
  recall: CheckedOptions['recall'] | undefined,
  { sideMultiple }: ScrfdSpec,
): DetectorSide {
  if (recall !== 'fast' || fixedDetectorSide(network) !== undefined) return side;
  const half = (whole: number) => sideMultiple * Math.ceil(whole / 2 / sideMultiple);
  return typeof side === 'number' ? half(side) : { ...side, least: half(side.least), most: half(side.most) };
}

/** Side of the detector's input: the requested one where the network allows it, else what the network asks for, or the default. */
export function detectorSide(
  network: NetworkInfo,
  requested: number | undefined,
  spec: ScrfdSpec = SCRFD,
): DetectorSide {
  const fixed = fixedDetectorSide(network);
  const range = sideRange(network, spec);
  if (requested === undefined && range) return range;
  const side = checkSide('detectorSide', requested ?? fixed ?? spec.side, spec);
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

function toDetection(
  candidates: Candidates,
  row: number,
  { width, height }: PixelView,
  toImage: DetectorInput['toImage'],
): Detection {
  const x = (value: number) => toImage(value, width);
  const y = (value: number) => toImage(value, height);
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
 * @param workspace kernels and buffers; pass the same one to every call of a series
 * @param spec of another network with SCRFD's kind of outputs
 * @returns `[]` when there is no face
 * @throws InvalidImageError when the image is longer than 1920 pixels and such are refused
 * @throws InvalidOptionError, ModelContractError, InferenceError
 */
export async function detectFaces(
  network: Network,
  image: PixelImage,
  options: DetectOptions = {},
  workspace: Workspace = new Workspace(),
  spec: ScrfdSpec = SCRFD,
): Promise<Detection[]> {
  const checked = checkOptions('detectFaces', options, DETECT_OPTIONS);
  checkDetector(checkNetwork('network', network), spec);
  return findFaces(
    network,
    image,
    detectSettings(network, checked, spec),
    checkWorkspace('workspace', workspace),
    spec,
  );
}

/** {@link detectFaces} with all but the image checked. */
export async function findFaces(
  network: Network,
  image: PixelImage,
  settings: DetectSettings,
  workspace: Workspace,
  spec: ScrfdSpec = SCRFD,
): Promise<Detection[]> {
  const { minScore, iouThreshold, maxFaces, signal, largeImages, recall } = settings;
  const view = pixelView(image);
  const side = sideForImage(settings.detectorSide, view);
  if (largeImages === 'refuse' && Math.max(view.width, view.height) > spec.maxImageSide) {
    throw new InvalidImageError({
      name: 'the image',
      expected: `at most ${spec.maxImageSide} pixels a side`,
      received: `${view.width} x ${view.height}`,
      hint: 'The merged model fails there too. Set `largeImages` to "reduce" to reduce such images for the detector.',
    });
  }
  if (recall === 'thorough') return findInPasses(network, view, { ...settings, detectorSide: side }, workspace, spec);
  signal?.throwIfAborted();
  const { outputs, toImage } = await workspace.lend(3 * side * side, async (buffer) => {
    const input = detectorInput(view, side, workspace.kernels, buffer, spec);
    return { outputs: await network.infer(input.tensor), toImage: input.toImage };
  });
  signal?.throwIfAborted();
  const levels = levelsOf(side, spec);
  const candidates = decodeRows(sortTensors(network, outputs, levels), levels, minScore);
  return suppress(candidates.boxes, candidates.scores, iouThreshold, maxFaces).map((row) =>
    toDetection(candidates, row, view, toImage),
  );
}
