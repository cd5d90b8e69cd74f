import { drawScene } from '../drawn-faces/draw-scene.js';
import { pixelView } from '../image/pixel-image.js';
import { anchorLevels } from '../scrfd/anchors.js';
import { sortOutputs } from '../scrfd/contract.js';
import { type Candidates, decodeAnchors } from '../scrfd/decode.js';
import { largestSide } from '../scrfd/detector-side.js';
import { alignFaces } from '../stages/align-face.js';
import { detectorSide } from '../stages/detect-faces.js';
import { detectorInput } from '../stages/detector-input.js';
import { landmarks } from '../stages/landmarks.js';
import type { Networks } from '../stages/pipeline.js';
import type { Network, PixelImage, Point } from '../types.js';

/** The largest differences between the results of a device and those of the processor. */
export interface DeviceDifferences {
  /** Of the scores, which are probabilities. */
  score: number;
  /** Of the edges of the boxes, pixels of the detector's input. */
  box: number;
  /** Of the five key points, pixels of the detector's input. */
  keypoints: number;
  /** Of the 106 landmarks, pixels of the image. */
  landmarks: number;
}

/**
 * The differences that a device may have. Half precision stays well below them; a wrong kernel, or a precision that the network
 * does not support, is far above them.
 */
export const DEVICE_TOLERANCE: DeviceDifferences = { score: 0.02, box: 1, keypoints: 1, landmarks: 0.5 };

/** Centre and size of the drawn faces, relative to the side of the picture: sizes for each level of the detector, some rotated. */
const FACES = [
  { x: 0.34, y: 0.36, size: 0.5, rollRadians: 0.1 },
  { x: 0.8, y: 0.25, size: 0.18, rollRadians: -0.3 },
  { x: 0.75, y: 0.75, size: 0.3, rollRadians: 0.5 },
  { x: 0.2, y: 0.86, size: 0.08, rollRadians: 0 },
];

/** Infinity when one of the numbers is NaN, which `Math.max` and comparisons would hide. */
function distance(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function worstOf(a: ArrayLike<number>, b: ArrayLike<number>, from = 0, to = a.length): number {
  let worst = 0;
  for (let i = from; i < to; i++) worst = Math.max(worst, distance(a[i], b[i]));
  return worst;
}

/** All anchors of one run, also those without a face. */
async function decodeAll(detector: Network, image: PixelImage, side: number): Promise<Candidates> {
  const { tensor } = detectorInput(pixelView(image), side);
  const levels = anchorLevels(side);
  return decodeAnchors(sortOutputs(detector, await detector.infer(tensor), levels), levels, -1);
}

/** Differences at the anchors where one of the two scores at least half of the reference's best score. */
function compareAnchors(tested: Candidates, reference: Candidates): Omit<DeviceDifferences, 'landmarks'> {
  const worst = { score: worstOf(tested.scores, reference.scores), box: 0, keypoints: 0 };
  const threshold = reference.scores.reduce((best, score) => Math.max(best, score)) / 2;
  reference.scores.forEach((score, row) => {
    if (Math.max(score, tested.scores[row]) < threshold) return;
    worst.box = Math.max(worst.box, worstOf(tested.boxes, reference.boxes, 4 * row, 4 * row + 4));
    const points = worstOf(tested.keypoints, reference.keypoints, 10 * row, 10 * row + 10);
    worst.keypoints = Math.max(worst.keypoints, points);
  });
  return worst;
}

const coordinates = (faces: readonly { landmarksFloat: Point[] }[]): number[] =>
  faces.flatMap(({ landmarksFloat }) => landmarksFloat.flatMap(({ x, y }) => [x, y]));

/**
 * Runs two copies of a pair of networks, one on a device and one on the processor, on a drawn picture, and measures the
 * differences of their results. Both landmark networks get the same crops, whatever the detectors found.
 *
 * The reference is computed here and not stored, because the networks may be any, and because the processor's results depend on
 * its kind and on the version of the runtime.
 *
 * @throws what a network throws; ModelContractError or InferenceError for outputs that do not fit
 */
export async function verifyDevice(tested: Networks, reference: Networks): Promise<DeviceDifferences> {
  const side = largestSide(detectorSide(reference.detector, undefined));
  const placements = FACES.map(({ x, y, size, rollRadians }) => ({
    center: { x: x * side, y: y * side },
    size: size * side,
    rollRadians,
  }));
  const { image, faces } = drawScene({ seed: 1, width: side, height: side, placements });
  const anchors = compareAnchors(
    await decodeAll(tested.detector, image, side),
    await decodeAll(reference.detector, image, side),
  );
  const aligned = alignFaces(
    image,
    faces.map(({ keypoints }) => keypoints),
  );
  const found = coordinates(await landmarks(tested.landmarker, aligned));
  const expected = coordinates(await landmarks(reference.landmarker, aligned));
  return { ...anchors, landmarks: worstOf(found, expected) };
}

const NAMES: Record<keyof DeviceDifferences, string> = {
  score: 'scores',
  box: 'boxes',
  keypoints: 'key points',
  landmarks: 'landmarks',
};

/** The fault of a device in words; undefined when its differences are within the tolerance. */
export function deviceFault(differences: DeviceDifferences): string | undefined {
  const faults = (Object.keys(NAMES) as (keyof DeviceDifferences)[])
    .filter((kind) => differences[kind] > DEVICE_TOLERANCE[kind])
    .map((kind) => `${NAMES[kind]} by ${Number(differences[kind].toPrecision(3))}${kind === 'score' ? '' : ' pixels'}`);
  return faults.length === 0 ? undefined : `its results differ from the processor's: ${faults.join(', ')}`;
}
