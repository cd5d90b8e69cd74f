import { checkPoints } from '../check-points.js';
import { describe } from '../describe.js';
import { InvalidOptionError } from '../errors.js';
import { affineEntries, affineMatrix, mapPoint } from '../ops/affine.js';
import { closedFormSimilarity, moments } from '../ops/closed-form-similarity.js';
import { leastSquaresSimilarity } from '../ops/similarity-transform.js';
import { packetTrig, scalarTrig, type TrigFloat32 } from '../ops/trig-float32.js';
import { checkList } from '../options.js';
import type { AffineMatrix, Point } from '../types.js';
import { ALIGNMENT_TEMPLATES } from './templates.js';

const f32 = Math.fround;

/** Sets of five points, one set per head turn. */
type Templates = readonly (readonly Point[])[];

/** The transform that brings one face upright. */
export interface CropTransform {
  /** image pixels -> 224 crop pixels */
  imageToCrop: AffineMatrix;
  /** True when the key points are collinear, identical or not finite. */
  degenerate: boolean;
}

function checkTemplates(name: string, value: unknown): void {
  const [first, ...others] = checkList(name, value, checkPoints);
  const isSound = first !== undefined && first.length > 0 && others.every(({ length }) => length === first.length);
  if (isSound) return;
  throw new InvalidOptionError({ name, expected: 'sets of equally many points', received: describe(value) });
}

/** Sum of the distances between the mapped key points and the template. The template with the smallest sum is chosen. */
function misfit(matrix: AffineMatrix, keypoints: readonly Point[], template: readonly Point[]): number {
  const entries = affineEntries(matrix);
  let sum = 0;
  for (let i = 0; i < keypoints.length; i++) {
    const mapped = mapPoint(entries, keypoints[i]);
    const dx = f32(mapped.x - f32(template[i].x));
    const dy = f32(mapped.y - f32(template[i].y));
    sum = f32(sum + f32(Math.sqrt(f32(f32(dx * dx) + f32(dy * dy)))));
  }
  return sum;
}

/** The best of `candidates`, the first on a tie. */
function bestFit(candidates: readonly AffineMatrix[], keypoints: readonly Point[], templates: Templates): AffineMatrix {
  const errors = candidates.map((matrix, i) => misfit(matrix, keypoints, templates[i]));
  // Key points near the end of float32's range can have a misfit of NaN, which is never smaller than another.
  return candidates[errors.reduce((best, error, i) => (error < errors[best] ? i : best), 0)];
}

const hasFiniteEntries = (matrix: AffineMatrix) => matrix.data.every(Number.isFinite);

/** Relative area of the key points' spread below which they count as lying on one line. */
export const COLLINEAR = 1e-9;

function estimateOne(keypoints: readonly Point[], templates: Templates, trig: TrigFloat32): CropTransform {
  const { xx, xy, yy } = moments(keypoints);
  const spread = xx + yy;
  const collapsed = { imageToCrop: affineMatrix(0, 0, 0, 0, 0, 0), degenerate: true };
  if (!(spread > 0 && spread < Number.POSITIVE_INFINITY)) return collapsed;
  if (xx * yy - xy * xy > COLLINEAR * spread * spread) {
    const candidates = templates.map((template) => leastSquaresSimilarity(keypoints, template, trig));
    if (candidates.every(hasFiniteEntries)) {
      return { imageToCrop: bestFit(candidates, keypoints, templates), degenerate: false };
    }
  }
  const candidates = templates.map((template) => closedFormSimilarity(keypoints, template));
  if (!candidates.every(hasFiniteEntries)) return collapsed;
  return { imageToCrop: bestFit(candidates, keypoints, templates), degenerate: true };
}

/** Lanes of one SIMD packet in the reference's runtime. */
const PACKET = 4;

/**
 * For each face the similarity transform from its five key points to the best of the
 * {@link ALIGNMENT_TEMPLATES}, bit for bit the merged model's `M` for the same faces in the same order.
 *
 * The last bits depend on a face's place in the batch, because the runtime computes full SIMD packets with one set of
 * float32 functions and the rest of the batch with another (see `trig-float32.ts`). The merged model puts one dummy face
 * before the real ones.
 *
 * Key points without a two-dimensional spread give a defined result, marked `degenerate`. For points on one line it is the
 * least-squares rotation and scale. For points that are identical, too close together for float32, or not finite, it is the zero
 * matrix; every pixel of its crop has the colour of the image's top left pixel.
 *
 * @param faces key points (left eye, right eye, nose, left mouth, right mouth) of every face, image pixels
 * @param templates positions of the five key points in the crop; for other crops than the merged model's
 * @throws InvalidOptionError
 */
export function estimateCropTransforms(
  faces: readonly (readonly Point[])[],
  templates: Templates = ALIGNMENT_TEMPLATES,
): CropTransform[] {
  checkTemplates('templates', templates);
  checkList('faces', faces, (name, keypoints) => checkPoints(name, keypoints, templates[0].length));
  const inPackets = Math.floor((faces.length + 1) / PACKET) * PACKET;
  return faces.map((keypoints, i) => estimateOne(keypoints, templates, i + 1 < inPackets ? packetTrig : scalarTrig));
}
