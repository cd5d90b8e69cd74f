import type { PixelView } from '../image/pixel-image.js';
import { suppress } from '../ops/nms.js';
import { levelsOf } from '../scrfd/anchors.js';
import { fixedDetectorSide, sortTensors } from '../scrfd/contract.js';
import { type Candidates, decodeRows } from '../scrfd/decode.js';
import type { ScrfdSpec } from '../scrfd/spec.js';
import { type Detection, type DetectionPass, KEYPOINT_NAMES, type Network } from '../types.js';
import { detectorInput } from './detector-input.js';
import type { Workspace } from './workspace.js';

/** What the passes need to know of a call. */
interface PassSettings {
  minScore: number;
  iouThreshold: number;
  maxFaces: number;
  detectorSide: number;
  signal?: { throwIfAborted(): void } | undefined;
}

/** A place in the input of a pass -> the same place in the image, pixels. */
type ToImage = (x: number, y: number) => readonly [number, number];

/** A face as one pass saw it, in image pixels with fractions. */
interface Sighting {
  pass: DetectionPass;
  score: number;
  /** x1 y1 x2 y2 */
  box: readonly number[];
  /** x y of the five key points */
  keypoints: readonly number[];
}

/**
 * The finest tiles show the image at twice its size, so that a face of 8 pixels is as large to the detector as one of 16; it finds few
 * smaller ones, and no more at four times the size. They overlap by the largest face that they are asked for.
 */
const ZOOM = 2;
const OVERLAP = 0.25;
/** Tiles are searched where they show faces at least so many times as large as the whole image does. */
const LEAST_GAIN = 1.6;
/** Further passes see every image again, and so need better scores to invent no more faces. */
const FURTHER_MIN_SCORE = 0.63;
/** A face of a further pass of which so much lies in a better one, or in a much larger one, is a part of it. */
const INSIDE = 0.6;
const MUCH_LARGER = 2;
/** Sightings in memory at once, as a multiple of the faces that are asked for, or of so many: each is seen by several anchors and passes. */
const MOST_AT_ONCE = 64;
const LEAST_KEPT = 1000;

const area = ([x1, y1, x2, y2]: readonly number[]) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** The part of `box` that lies in `other`, 0 to 1. */
function shareInside(box: readonly number[], other: readonly number[]): number {
  const common = [0, 1].map((i) => Math.max(box[i], other[i])).concat([2, 3].map((i) => Math.min(box[i], other[i])));
  return area(box) > 0 ? area(common) / area(box) : 0;
}

function sightings(candidates: Candidates, pass: DetectionPass, toImage: ToImage): Sighting[] {
  return Array.from(candidates.scores, (score, row) => {
    const corners = candidates.boxes.subarray(4 * row, 4 * row + 4);
    const [ax, ay] = toImage(corners[0], corners[1]);
    const [bx, by] = toImage(corners[2], corners[3]);
    const points = candidates.keypoints.subarray(10 * row, 10 * row + 10);
    return {
      pass,
      score,
      // Turned, another corner is the first.
      box: [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)],
      keypoints: KEYPOINT_NAMES.flatMap((_, i) => toImage(points[2 * i], points[2 * i + 1])),
    };
  });
}

/** Three planes of `side`, each turned by quarters clockwise as the viewer sees it. */
function turnPlanes(source: Float32Array, side: number, quarters: number, target: Float32Array): void {
  const last = side - 1;
  const [start, right, down] = [
    [0, 1, side],
    [last * side, -side, 1],
    [last * side + last, -1, -side],
    [last, side, -1],
  ][quarters];
  let to = 0;
  for (let plane = 0; plane < 3; plane++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0, from = plane * side * side + start + y * down; x < side; x++, from += right) {
        target[to++] = source[from];
      }
    }
  }
}

/** The way back from {@link turnPlanes}. */
const turnedBack = (side: number, quarters: number): ToImage =>
  [
    (x: number, y: number) => [x, y] as const,
    (x: number, y: number) => [y, side - x] as const,
    (x: number, y: number) => [side - x, side - y] as const,
    (x: number, y: number) => [side - y, x] as const,
  ][quarters];

/** Three planes of `side` at half their size, in the top left corner of planes of `targetSide`, the rest 0. */
function halvePlanes(source: Float32Array, side: number, target: Float32Array, targetSide: number): void {
  const half = Math.floor(side / 2);
  target.fill(0);
  for (let plane = 0; plane < 3; plane++) {
    for (let y = 0; y < half; y++) {
      let from = plane * side * side + 2 * y * side;
      let to = plane * targetSide * targetSide + y * targetSide;
      for (let x = 0; x < half; x++, from += 2, to++) {
        target[to] = (source[from] + source[from + 1] + source[from + side] + source[from + side + 1]) / 4;
      }
    }
  }
}

/** Where tiles begin on an axis: evenly spread, overlapping by at least a share of their length. */
function tileStarts(length: number, tile: number): number[] {
  if (length <= tile) return [0];
  const count = Math.ceil((length - tile) / (tile * (1 - OVERLAP))) + 1;
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

/** A part of an image, without a copy. */
function part(view: PixelView, left: number, top: number, side: number): PixelView {
  const { offset, rowStride, pixelStride, width, height } = view;
  return {
    ...view,
    offset: offset + top * rowStride + left * pixelStride,
    width: Math.min(side, width - left),
    height: Math.min(side, height - top),
  };
}

/** One network and one image: everything that its passes share. */
class Passes {
  #found: Sighting[] = [];
  readonly #network: Network;
  readonly #settings: PassSettings;
  readonly #workspace: Workspace;
  readonly #spec: ScrfdSpec;

  constructor(network: Network, settings: PassSettings, workspace: Workspace, spec: ScrfdSpec) {
    this.#network = network;
    this.#settings = settings;
    this.#workspace = workspace;
    this.#spec = spec;
  }

  /**
   * @param fill writes the input, planes of `side`
   * @param keep which sightings count
   */
  async run(
    pass: DetectionPass,
    side: number,
    fill: (input: Float32Array) => void,
    toImage: ToImage,
    keep: (sighting: Sighting) => boolean = () => true,
  ): Promise<void> {
    const { minScore, signal } = this.#settings;
    signal?.throwIfAborted();
    const outputs = await this.#workspace.lend(3 * side * side, (buffer) => {
      fill(buffer);
      return this.#network.infer({ data: buffer, shape: [1, 3, side, side] });
    });
    signal?.throwIfAborted();
    const levels = levelsOf(side, this.#spec);
    const least = pass === 'reference' ? minScore : Math.max(minScore, FURTHER_MIN_SCORE);
    const candidates = decodeRows(sortTensors(this.#network, outputs, levels), levels, least);
    for (const sighting of sightings(candidates, pass, toImage)) if (keep(sighting)) this.#found.push(sighting);
    // A large image has thousands of tiles, and noise may look like faces in each.
    const most = Math.max(this.#settings.maxFaces, LEAST_KEPT);
    if (this.#found.length > MOST_AT_ONCE * most) this.#found = this.#apart(2 * most);
  }

  /** The best sightings that lie apart, by non-maximum suppression, best first. */
  #apart(limit: number): Sighting[] {
    const boxes = Float32Array.from(this.#found.flatMap(({ box }) => box));
    const scores = Float32Array.from(this.#found, ({ score }) => score);
    return suppress(boxes, scores, this.#settings.iouThreshold, limit).map((row) => this.#found[row]);
  }

  /** One non-maximum suppression over the sightings of all passes, and none of a part of a face. */
  best({ width, height }: PixelView): Detection[] {
    const kept = this.#apart(Number.POSITIVE_INFINITY);
    const isPart = (face: Sighting, i: number) =>
      face.pass !== 'reference' &&
      kept.some(
        (other, j) =>
          (j < i || area(other.box) > MUCH_LARGER ** 2 * area(face.box)) &&
          j !== i &&
          shareInside(face.box, other.box) > INSIDE,
      );
    return kept
      .filter((face, i) => !isPart(face, i))
      .slice(0, this.#settings.maxFaces)
      .map((face) => toDetection(face, width, height));
  }
}

/** The merged model cuts fractions off; the small faces of further passes need them. */
const hundredths = (value: number) => Math.round(value * 100) / 100;

function toDetection({ pass, score, box, keypoints }: Sighting, width: number, height: number): Detection {
  const rounded = pass === 'reference' ? Math.trunc : hundredths;
  const x = (value: number) => rounded(Math.min(Math.max(value, 0), width));
  const y = (value: number) => rounded(Math.min(Math.max(value, 0), height));
  return {
    score,
    box: { x1: x(box[0]), y1: y(box[1]), x2: x(box[2]), y2: y(box[3]) },
    keypoints: KEYPOINT_NAMES.map((name, i) => ({ name, x: x(keypoints[2 * i]), y: y(keypoints[2 * i + 1]) })),
    pass,
  };
}

const TURNS = [
  [1, 'turned90'],
  [2, 'turned180'],
  [3, 'turned270'],
] as const;

/** How a turned input is written, and the way from there to the image. */
function turned(planes: Float32Array, side: number, quarters: number, toImage: ToImage) {
  const back = turnedBack(side, quarters);
  const fill = (input: Float32Array) => turnPlanes(planes, side, quarters, input);
  return [fill, ((x, y) => toImage(...back(x, y))) as ToImage] as const;
}

const f32 = Math.fround;

/**
 * Stage 1 in several passes: the reference's own, and further ones for faces that it misses. Each costs a run of the network: one
 * at half the side for large faces, one at either size for each way to turn the image, and one for each tile. No more than three inputs are
 * in memory, whatever the size of the image.
 */
export async function findInPasses(
  network: Network,
  view: PixelView,
  settings: PassSettings,
  workspace: Workspace,
  spec: ScrfdSpec,
): Promise<Detection[]> {
  const { detectorSide: side } = settings;
  const longer = Math.max(view.width, view.height);
  const passes = new Passes(network, settings, workspace, spec);
  await workspace.lend(3 * side * side, async (whole) => {
    detectorInput(view, side, workspace.kernels, whole, spec);
    const toImage: ToImage = (x, y) => [f32(f32(x * longer) / side), f32(f32(y * longer) / side)];
    await passes.run('reference', side, (input) => input.set(whole), toImage);

    // A network of a fixed size sees the halved image in a corner of its input.
    const { sideMultiple } = spec;
    const isFixed = fixedDetectorSide(network) !== undefined;
    const halfSide = isFixed ? side : sideMultiple * Math.ceil(side / 2 / sideMultiple);
    await workspace.lend(3 * halfSide * halfSide, async (halved) => {
      halvePlanes(whole, side, halved, halfSide);
      const halfToImage: ToImage = (x, y) => toImage(2 * x, 2 * y);
      await passes.run('large', halfSide, (input) => input.set(halved), halfToImage);
      for (const [quarters, pass] of TURNS) {
        await passes.run(pass, side, ...turned(whole, side, quarters, toImage));
        await passes.run(pass, halfSide, ...turned(halved, halfSide, quarters, halfToImage));
      }
    });
  });
  await searchTiles(passes, view, side, workspace, spec);
  return passes.best(view);
}

/** Tiles of every size from the finest to about half the image, so that no size of face falls between two of them. */
async function searchTiles(passes: Passes, view: PixelView, side: number, workspace: Workspace, spec: ScrfdSpec) {
  const longer = Math.max(view.width, view.height);
  for (let tile = side / ZOOM; tile <= longer / LEAST_GAIN; tile *= 2) {
    for (const top of tileStarts(view.height, tile)) {
      for (const left of tileStarts(view.width, tile)) {
        const own = part(view, left, top, tile);
        const scale = Math.max(own.width, own.height) / side;
        await passes.run(
          'tiles',
          side,
          (input) => detectorInput(own, side, workspace.kernels, input, spec),
          (x, y) => [left + scale * x, top + scale * y],
          // Larger ones are whole in no tile for certain, and are seen in the next size of tiles.
          ({ box: [x1, y1, x2, y2] }) => Math.max(x2 - x1, y2 - y1) <= OVERLAP * tile,
        );
      }
    }
  }
}
