import { fields, integerIn } from '../check-options.js';
import { affineEntries, transformPoints } from '../ops/affine.js';
import type { Box, Face, FaceQuality, HeadPose, Point } from '../types.js';
import { boxAround } from './box-around.js';
import { checkFace } from './check-face.js';
import { headPose } from './head-pose.js';

const side = integerIn(1, Number.MAX_SAFE_INTEGER);
const checkSize = fields({ width: side, height: side });

/** Variance of the Laplacian at which sharpness counts half: a usual threshold between blurred and sharp. */
const HALF_SHARP = 100;
/** Pixels: what a recognition network takes in, so that a larger face shows it no more. */
const LARGE_ENOUGH = 112;
/** Mean brightness between which nothing is lost in shadow or glare. */
const [DARK, GLARING] = [0.15, 0.9];

const NOTHING_VISIBLE: FaceQuality = { score: 0, sharpness: 0, size: 0, brightness: 0, outside: 1, frontality: null };

const lengthInside = (from: number, to: number, side: number) => Math.max(0, Math.min(to, side) - Math.max(from, 0));

/** Luma of the crop, and whether its pixel shows the image: beyond the image it is black, and its edge would be sharp. */
function visibleLuma({ crop, cropToImage }: Pick<Face, 'crop' | 'cropToImage'>, width: number, height: number) {
  const [rows, columns] = crop.shape;
  const [a, b, tx, c, d, ty] = affineEntries(cropToImage);
  const luma = new Float64Array(rows * columns).fill(Number.NaN);
  for (let v = 0, i = 0; v < rows; v++) {
    for (let u = 0; u < columns; u++, i++) {
      const [x, y] = [a * u + b * v + tx, c * u + d * v + ty];
      if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) continue;
      luma[i] = 0.114 * crop.data[3 * i] + 0.587 * crop.data[3 * i + 1] + 0.299 * crop.data[3 * i + 2];
    }
  }
  return { luma, rows, columns };
}

/** Mean, and variance of the Laplacian, over the pixels within the box whose neighbours are visible too. */
function measure({ luma, rows, columns }: ReturnType<typeof visibleLuma>, box: Box) {
  let [count, sum, sumOfEdges, sumOfSquares] = [0, 0, 0, 0];
  const [firstRow, lastRow] = [Math.max(1, Math.floor(box.y1)), Math.min(rows - 2, Math.ceil(box.y2))];
  const [firstColumn, lastColumn] = [Math.max(1, Math.floor(box.x1)), Math.min(columns - 2, Math.ceil(box.x2))];
  for (let v = firstRow; v <= lastRow; v++) {
    for (let u = firstColumn; u <= lastColumn; u++) {
      const i = v * columns + u;
      const edge = luma[i - 1] + luma[i + 1] + luma[i - columns] + luma[i + columns] - 4 * luma[i];
      if (Number.isNaN(edge)) continue;
      count++;
      sum += luma[i];
      sumOfEdges += edge;
      sumOfSquares += edge * edge;
    }
  }
  if (count === 0) return undefined;
  return { brightness: sum / count / 255, sharpness: Math.max(0, sumOfSquares / count - (sumOfEdges / count) ** 2) };
}

/**
 * How good a picture of a face is, to choose the best of several of one person: the higher the `score`, the better. The score is
 * the product of five shares of 0 to 1: sharpness `s / (s + 100)`; size up to 112 px; brightness, 1 between 0.15 and 0.9 and less towards
 * black and white; what lies inside of the image; frontality, 0 where it is unknown. The constants are choices, fitted to nothing; the
 * score says nothing of who is better seen of two people, and skin and light are one in the brightness.
 *
 * Sharpness is the variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000) with the
 * kernel of four neighbours, on the luma (Rec. 601, 0 to 255) of the 224 crop where the face lies in it.
 *
 * @param face from `detect`, with its crop
 * @param image the image in which it was found, or the size of that in pixels
 * @throws InvalidOptionError
 */
export function faceQuality(
  face: Pick<Face, 'landmarksFloat' | 'crop' | 'imageToCrop' | 'cropToImage'>,
  image: { width: number; height: number },
): FaceQuality {
  return qualityInPose(face, image, headPose);
}

/** {@link faceQuality} where the pose may be known already: finding it takes as long as all the rest. */
export function qualityInPose(
  face: Parameters<typeof faceQuality>[0],
  image: { width: number; height: number },
  poseOf: (landmarks: readonly Point[]) => HeadPose | null | undefined,
): FaceQuality {
  checkFace('the face', face, ['landmarksFloat', 'crop', 'imageToCrop', 'cropToImage']);
  const { width, height } = checkSize('the image', image);
  const { x1, y1, x2, y2 } = boxAround(face.landmarksFloat);
  const area = (x2 - x1) * (y2 - y1);
  const measured = measure(
    visibleLuma(face, width, height),
    boxAround(transformPoints(face.imageToCrop, face.landmarksFloat)),
  );
  if (!(area > 0 && Number.isFinite(area) && measured)) return { ...NOTHING_VISIBLE };
  const { sharpness, brightness } = measured;
  const size = Math.sqrt(area);
  const inside = (lengthInside(x1, x2, width) * lengthInside(y1, y2, height)) / area;
  const pose = poseOf(face.landmarksFloat);
  const frontality = pose ? Math.cos((pose.yaw * Math.PI) / 180) * Math.cos((pose.pitch * Math.PI) / 180) : null;
  const score =
    (sharpness / (sharpness + HALF_SHARP)) *
    Math.min(1, size / LARGE_ENOUGH) *
    Math.min(1, brightness / DARK, (1 - brightness) / (1 - GLARING)) *
    inside *
    (frontality ?? 0);
  return { score, sharpness, size, brightness, outside: 1 - inside, frontality };
}
