import type { Detection, Keypoint, PixelImage, Point } from 'onnx-facial-lmk-detector/node';

/** A face of which it is known where it lies. */
export interface KnownFace {
  /** left eye, right eye, nose, left mouth corner, right mouth corner of the upright face, image pixels */
  keypoints: readonly Point[];
  /** Pixels: the longer side of a box around its landmarks, brows to chin. */
  size: number;
  /** Whether it counts when it is missed: where faces are labelled by hand, only those do. */
  isExpected: boolean;
}

/** A picture and the faces that are in it. */
export interface Picture {
  name: string;
  image: PixelImage;
  faces: readonly KnownFace[];
}

/** What a detector made of a picture. */
export interface Outcome {
  /** By known face: whether it was found, and whether each key point lies where it belongs. */
  found: boolean[];
  inOrder: boolean[];
  /** Detections on no known face, and second ones on the same. */
  unmatched: Detection[];
}

const middle = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);

/** How far the middle of the key points may lie from its place, and one key point from its own, as shares of the face's size. */
const [MOST_SHIFT, MOST_ERROR] = [0.25, 0.2];
/** How much larger or smaller than the landmarks a box may be: detectors draw their own kinds. */
const MOST_RATIO = 2.5;

const covers = ({ box, keypoints }: Detection, face: KnownFace) => {
  const ratio = Math.max(box.x2 - box.x1, box.y2 - box.y1) / face.size;
  return (
    ratio > 1 / MOST_RATIO &&
    ratio < MOST_RATIO &&
    distance(middle(keypoints), middle(face.keypoints)) <= MOST_SHIFT * face.size
  );
};

const fits = (keypoints: readonly Keypoint[], face: KnownFace) =>
  keypoints.every((point, i) => distance(point, face.keypoints[i]) <= MOST_ERROR * face.size);

/** Which known faces were found; the best scores first, each takes the nearest that is left. */
export function match(detections: readonly Detection[], faces: readonly KnownFace[]): Outcome {
  const outcome: Outcome = { found: faces.map(() => false), inOrder: faces.map(() => false), unmatched: [] };
  for (const detection of detections) {
    const fitting = faces
      .map((face, i) => ({ face, i }))
      .filter(({ face, i }) => !outcome.found[i] && covers(detection, face));
    if (fitting.length === 0) {
      outcome.unmatched.push(detection);
      continue;
    }
    const shift = ({ face }: (typeof fitting)[number]) =>
      distance(middle(detection.keypoints), middle(face.keypoints)) / face.size;
    const { face, i } = fitting.reduce((best, other) => (shift(other) < shift(best) ? other : best));
    outcome.found[i] = true;
    outcome.inOrder[i] = fits(detection.keypoints, face);
  }
  return outcome;
}
