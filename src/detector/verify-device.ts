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

/** The worst differences between what a device finds and what the processor finds. */
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
 * What a device may differ by. Half precision stays well inside; a kernel that is wrong, or a precision that the network does
 * not support, is far outside.
 */
export const DEVICE_TOLERANCE: DeviceDifferences = { score: 0.02, box: 1, keypoints: 1, landmarks: 0.5 };

/** Middle and size of the drawn faces, in sides of the picture: one for each of the detector's levels, and one that leans. */
const FACES = [
  { x: 0.34, y: 0.36, size: 0.5, rollRadians: 0.1 },
  { x: 0.8, y: 0.25, size: 0.18, rollRadians: -0.3 },
  { x: 0.75, y: 0.75, size: 0.3, rollRadians: 0.5 },
  { x: 0.2, y: 0.86, size: 0.08, rollRadians: 0 },
];

/** Infinity where one of the numbers is none: nothing may hide a NaN. */
function distance(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function worstOf(a: ArrayLike<number>, b: ArrayLike<number>, from = 0, to = a.length): number {
  let worst = 0;
  for (let i = from; i < to; i++) worst = Math.max(worst, distance(a[i], b[i]));
  return worst;
}

/** Every anchor of one run, also where no face is. */
async function decodeAll(detector: Network, image: PixelImage, side: number): Promise<Candidates> {
  const { tensor } = detectorInput(pixelView(image), side);
  const levels = anchorLevels(side);
  return decodeAnchors(sortOutputs(detector, await detector.infer(tensor), levels), levels, -1);
}

/** Differences wherever either of the two sees a face, or comes nearest to seeing one. */
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
 * Runs two copies of a pair of networks, one on a device and one on the processor, on a drawn picture, and says how far apart
 * their results are. The landmarks are compared on the same crops, whatever the detectors found.
 *
 * Compared with a run on the spot rather than with stored numbers, because any networks may be asked for, and because what the
 * processor gives depends on its kind and on the runtime's version.
 *
 * @throws what a network throws, ModelContractError or InferenceError for outputs that no sound network has
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

/** What is wrong with a device in words, or undefined where it differs by no more than it may. */
export function deviceFault(differences: DeviceDifferences): string | undefined {
  const faults = (Object.keys(NAMES) as (keyof DeviceDifferences)[])
    .filter((kind) => differences[kind] > DEVICE_TOLERANCE[kind])
    .map((kind) => `${NAMES[kind]} by ${Number(differences[kind].toPrecision(3))}${kind === 'score' ? '' : ' pixels'}`);
  return faults.length === 0 ? undefined : `its results differ from the processor's: ${faults.join(', ')}`;
}
