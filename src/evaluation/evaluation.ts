import { boxAround } from '../face/box-around.js';
import type { Box, Point } from '../types.js';
import { averagePrecision, type RankedDetection } from './average-precision.js';
import { areaUnderCed, failureRate } from './error-distribution.js';
import type { FoundFace } from './face-overlap.js';
import type { TruthFace } from './ground-truth.js';
import { type LandmarkErrors, landmarkErrors } from './landmark-errors.js';
import { ERROR_GROUPS, type ErrorGroup, MARKUPS, type Markup, markupOf } from './markup.js';
import { matchDetections } from './match-detections.js';

/** One labelled face and what became of it. */
export interface FaceOutcome {
  image: string;
  /** The labelled box, else the one around the labelled landmarks. */
  box: Box;
  /** Where the landmarks belong, 68 or 106; only where they are labelled. */
  truth?: readonly Point[] | undefined;
  /** Score of the face that was found there; undefined when it was missed. */
  score?: number | undefined;
  /** The found landmarks in the order of `truth`. */
  found?: readonly Point[] | undefined;
  errors?: LandmarkErrors | undefined;
}

/** Figures of the detector on photographs all of whose faces have a labelled box. Shares are undefined where they are shares of nothing. */
export interface BoxFigures {
  images: number;
  faces: number;
  found: number;
  recall?: number | undefined;
  /** Detections that overlap no labelled face enough. */
  falsePositives: number;
  precision?: number | undefined;
  averagePrecision?: number | undefined;
}

/** Figures of the faces whose landmarks are labelled in one markup. */
export interface LandmarkFigures {
  /** Of the markup: 68 or 106. */
  points: number;
  faces: number;
  found: number;
  recall: number;
  /** Normalised mean error of each group over the faces that were found; undefined when none was. */
  nme?: LandmarkErrors | undefined;
  /** Share of all faces that were missed, or whose error over all points is above 0.1. */
  failureRate: number;
  /** Area under the cumulative error distribution up to 0.1, where a missed face has an infinite error. */
  areaUnderCed: number;
}

export interface EvaluationFigures {
  images: number;
  /** Undefined where no photograph has labelled boxes. */
  boxes?: BoxFigures | undefined;
  /** One entry for each markup that occurs. */
  landmarks: LandmarkFigures[];
}

/** Errors of many faces, infinite for one that was not found. */
export interface ErrorCurve {
  label: string;
  errors: number[];
}

const share = (part: number, whole: number) => (whole > 0 ? part / whole : undefined);

/**
 * Compares found faces with labelled ones, photograph by photograph. A face counts as found when a detection overlaps it by
 * at least 0.5, see `faceOverlap`.
 */
export class Evaluation {
  readonly #outcomes: FaceOutcome[] = [];
  readonly #detections: RankedDetection[] = [];
  readonly #boxes = { images: 0, faces: 0 };
  #images = 0;

  /** @param image its name */
  add(image: string, truth: readonly TruthFace[], found: readonly FoundFace[]): void {
    const matches = matchDetections(found, truth);
    const outcomes = truth.flatMap((face, i) =>
      face.ignored ? [] : [outcome(image, face, found[matches.indexOf(i)])],
    );
    this.#images++;
    this.#outcomes.push(...outcomes);
    // Where a face has no box, the photograph may show unlabelled faces: a detection of one is no mistake.
    if (!truth.every(({ box }) => box)) return;
    this.#boxes.images++;
    this.#boxes.faces += outcomes.length;
    for (const [i, match] of matches.entries()) {
      if (match !== 'ignored') this.#detections.push({ score: found[i].score, hit: match !== undefined });
    }
  }

  /** Every labelled face that counts, in the order of the photographs. */
  get outcomes(): readonly FaceOutcome[] {
    return this.#outcomes;
  }

  /** The `count` faces that came out worst: missed ones by their size, then found ones by their error. */
  worst(count: number): FaceOutcome[] {
    const area = ({ box: { x1, y1, x2, y2 } }: FaceOutcome) => (x2 - x1) * (y2 - y1);
    const error = ({ score, errors }: FaceOutcome) =>
      score === undefined ? Number.POSITIVE_INFINITY : (errors?.all ?? 0);
    return this.#outcomes
      .filter((face) => error(face) > 0)
      .sort((a, b) => (error(a) === error(b) ? area(b) - area(a) : error(b) - error(a)))
      .slice(0, count);
  }

  figures(): EvaluationFigures {
    const landmarks = MARKUPS.map((markup) => ({ markup, faces: this.#labelledIn(markup) }))
      .filter(({ faces }) => faces.length > 0)
      .map(({ markup, faces }) => landmarkFigures(markup, faces));
    return { images: this.#images, ...(this.#boxes.images > 0 && { boxes: this.#boxFigures() }), landmarks };
  }

  /** For each markup that occurs the errors over all points, and those without the contour. */
  curves(): ErrorCurve[] {
    return MARKUPS.flatMap((markup) => {
      const faces = this.#labelledIn(markup);
      if (faces.length === 0) return [];
      return [
        { label: `all ${markup.points} points`, errors: errorsOf(faces, 'all') },
        { label: 'without the contour', errors: errorsOf(faces, 'withoutContour') },
      ];
    });
  }

  #labelledIn({ points }: Markup): FaceOutcome[] {
    return this.#outcomes.filter(({ truth }) => truth?.length === points);
  }

  #boxFigures(): BoxFigures {
    const { images, faces } = this.#boxes;
    const found = this.#detections.filter(({ hit }) => hit).length;
    return {
      images,
      faces,
      found,
      recall: share(found, faces),
      falsePositives: this.#detections.length - found,
      precision: share(found, this.#detections.length),
      averagePrecision: averagePrecision(this.#detections, faces),
    };
  }
}

function outcome(image: string, face: TruthFace, found: FoundFace | undefined): FaceOutcome {
  const { landmarks: truth } = face;
  const markup = truth && markupOf(truth);
  const landmarks = found && markup?.convert(found.landmarksFloat);
  return {
    image,
    box: face.box ?? boxAround(truth ?? []),
    ...(truth && { truth }),
    ...(found && { score: found.score }),
    ...(truth && markup && landmarks && { found: landmarks, errors: landmarkErrors(landmarks, truth, markup) }),
  };
}

const errorsOf = (faces: readonly FaceOutcome[], group: ErrorGroup) =>
  faces.map(({ errors }) => errors?.[group] ?? Number.POSITIVE_INFINITY);

function landmarkFigures({ points }: Markup, faces: readonly FaceOutcome[]): LandmarkFigures {
  const found = faces.flatMap(({ errors }) => (errors ? [errors] : []));
  const mean = (group: ErrorGroup) => found.reduce((sum, errors) => sum + errors[group], 0) / found.length;
  const errors = errorsOf(faces, 'all');
  return {
    points,
    faces: faces.length,
    found: found.length,
    recall: found.length / faces.length,
    ...(found.length > 0 && {
      nme: Object.fromEntries(ERROR_GROUPS.map((group) => [group, mean(group)])) as LandmarkErrors,
    }),
    failureRate: failureRate(errors),
    areaUnderCed: areaUnderCed(errors),
  };
}
