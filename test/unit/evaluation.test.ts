// The measures of `facial-lmk evaluate` against values worked by hand.
import { describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { averagePrecision } from '../../src/evaluation/average-precision.js';
import { cedSvg } from '../../src/evaluation/ced-svg.js';
import { drawOutcome } from '../../src/evaluation/draw-outcome.js';
import { areaUnderCed, failureRate } from '../../src/evaluation/error-distribution.js';
import { Evaluation } from '../../src/evaluation/evaluation.js';
import { type FoundFace, faceOverlap } from '../../src/evaluation/face-overlap.js';
import { landmarkErrors } from '../../src/evaluation/landmark-errors.js';
import { ERROR_GROUPS, MARKUPS } from '../../src/evaluation/markup.js';
import { matchDetections } from '../../src/evaluation/match-detections.js';
import { to300W } from '../../src/landmark106/convert.js';
import type { Box, Point } from '../../src/types.js';

const [markup68, markup106] = MARKUPS;
const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 });
const shift = (points: readonly Point[], dx: number, dy: number) =>
  points.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** 68 points somewhere, with the outer eye corners 100 pixels apart. */
const points68 = range(0, 67).map((i): Point => ({ x: (i * 37) % 101, y: (i * 61) % 103 }));
points68[36] = { x: 10, y: 20 };
points68[45] = { x: 70, y: 100 };

describe('averagePrecision', () => {
  const hits = (...pattern: number[]) => pattern.map((hit, i) => ({ score: 1 - i / 10, hit: hit === 1 }));

  it('is the area under the best precision of each recall', () => {
    // Recall 1/4 at precision 1, 2/4 at 2/3, 3/4 at 3/5; the fourth face is never found.
    expect(averagePrecision(hits(1, 0, 1, 0, 1), 4)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 4, 12);
  });

  it('gives a recall the precision of a higher one where that is better', () => {
    // Precision 1/2 at recall 1/2, then 2/3 at recall 1.
    expect(averagePrecision(hits(0, 1, 1), 2)).toBeCloseTo(2 / 3, 12);
  });

  it('does not depend on the order of the list, nor on that of equal scores', () => {
    const [first, second, third] = hits(1, 0, 1);
    expect(averagePrecision([third, first, second], 2)).toBe(averagePrecision([first, second, third], 2));
    const tie = [
      { score: 0.5, hit: true },
      { score: 0.5, hit: false },
    ];
    expect(averagePrecision(tie, 1)).toBe(0.5);
    expect(averagePrecision(tie.reverse(), 1)).toBe(0.5);
  });

  it('is 1 when all are found before any mistake, 0 when none is found, nothing when there is none', () => {
    expect(averagePrecision(hits(1, 1, 0, 0), 2)).toBe(1);
    expect(averagePrecision(hits(0, 0), 2)).toBe(0);
    expect(averagePrecision([], 2)).toBe(0);
    expect(averagePrecision(hits(0), 0)).toBeUndefined();
  });
});

describe('matchDetections', () => {
  const face = { box: box(0, 0, 10, 10) };
  const found = (score: number, ...corners: [number, number, number, number]) => ({
    score,
    box: box(...corners),
    landmarksFloat: [],
  });

  it('an overlap of exactly a half is enough, less is not', () => {
    expect(matchDetections([found(0.9, 0, 0, 10, 5)], [face])).toEqual([0]);
    expect(matchDetections([found(0.9, 0, 0, 10, 4.99)], [face])).toEqual([undefined]);
  });

  it('the better score takes the face, a second one has found nothing', () => {
    expect(matchDetections([found(0.6, 0, 0, 10, 10), found(0.9, 0, 0, 10, 8)], [face])).toEqual([undefined, 0]);
  });

  it('a detection belongs to the face that it overlaps most', () => {
    const faces = [{ box: box(0, 0, 10, 7) }, face];
    expect(matchDetections([found(0.9, 0, 0, 10, 9), found(0.8, 0, 0, 10, 7)], faces)).toEqual([1, 0]);
  });

  it('detections of a face that does not count are no mistakes, however many', () => {
    const ignored = { box: box(0, 0, 10, 10), ignored: true as const };
    expect(matchDetections([found(0.9, 0, 0, 10, 9), found(0.8, 0, 0, 10, 10)], [ignored])).toEqual([
      'ignored',
      'ignored',
    ]);
  });

  it('without a labelled face nothing is found', () => {
    expect(matchDetections([found(0.9, 0, 0, 10, 10)], [])).toEqual([undefined]);
    expect(matchDetections([], [face])).toEqual([]);
  });
});

describe('faceOverlap', () => {
  const landmarks = drawScene({ seed: 1, faces: 1 }).faces[0].landmarks;
  const around = (points: readonly Point[]) => {
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    return box(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
  };
  const { x1, y1, x2, y2 } = around(landmarks);
  const [width, height] = [x2 - x1, y2 - y1];
  const elsewhere = { score: 1, box: box(-9, -9, -8, -8), landmarksFloat: shift(landmarks, 9999, 0) };

  it('of boxes is their intersection over union, whatever the landmarks', () => {
    const face = { box: box(0, 0, 10, 10), landmarks };
    expect(faceOverlap({ ...elsewhere, box: box(5, 0, 15, 10) }, face)).toBeCloseTo(1 / 3, 12);
    expect(faceOverlap({ ...elsewhere, landmarksFloat: landmarks }, face)).toBe(0);
  });

  it('of labelled landmarks is that of the found box or of the found landmarks, whichever is more', () => {
    expect(faceOverlap(elsewhere, { landmarks })).toBe(0);
    const withForehead = { ...elsewhere, box: box(x1, y1 - 1.5 * height, x2, y2) };
    expect(faceOverlap(withForehead, { landmarks })).toBeCloseTo(1 / 2.5, 12);
    const half = shift(landmarks, width / 2, 0);
    expect(faceOverlap({ ...elsewhere, landmarksFloat: half }, { landmarks })).toBeCloseTo(1 / 3, 12);
    expect(faceOverlap({ ...withForehead, landmarksFloat: half }, { landmarks })).toBeCloseTo(1 / 2.5, 12);
    expect(faceOverlap({ ...withForehead, landmarksFloat: landmarks }, { landmarks })).toBe(1);
  });

  it('of 68 landmarks is that of the same 68', () => {
    expect(faceOverlap({ ...elsewhere, landmarksFloat: landmarks }, { landmarks: to300W(landmarks) })).toBe(1);
  });
});

describe('markups', () => {
  it('the groups of the 68 points are those of 300-W', () => {
    expect(markup68.groups).toEqual({
      all: range(0, 67),
      withoutContour: range(17, 67),
      contour: range(0, 16),
      brows: range(17, 26),
      nose: range(27, 35),
      eyes: range(36, 47),
      mouth: range(48, 67),
    });
    expect(markup68.outerEyeCorners).toEqual([36, 45]);
  });

  it('the groups of the 106 points are those of 2d106det', () => {
    const { groups, outerEyeCorners } = markup106;
    expect(groups.contour).toEqual(range(0, 32));
    expect(groups.eyes).toEqual([...range(33, 42), ...range(87, 96)]);
    expect(groups.brows).toEqual([...range(43, 51), ...range(97, 105)]);
    expect(groups.mouth).toEqual(range(52, 71));
    expect(groups.nose).toEqual(range(72, 86));
    expect(groups.withoutContour).toEqual(range(33, 105));
    expect(outerEyeCorners).toEqual([35, 93]);
  });
});

describe('landmarkErrors', () => {
  it('all points 3 right and 4 down are off by 5 of 100', () => {
    const errors = landmarkErrors(shift(points68, 3, 4), points68, markup68);
    for (const group of ERROR_GROUPS) expect(errors[group]).toBeCloseTo(0.05, 12);
  });

  it('a part that is off counts by its number of points', () => {
    const found = points68.map((point, i) => (i >= 48 ? { x: point.x - 10, y: point.y } : point));
    const errors = landmarkErrors(found, points68, markup68);
    expect(errors.mouth).toBeCloseTo(0.1, 12);
    expect(errors.all).toBeCloseTo((0.1 * 20) / 68, 12);
    expect(errors.withoutContour).toBeCloseTo((0.1 * 20) / 51, 12);
    expect([errors.contour, errors.brows, errors.nose, errors.eyes]).toEqual([0, 0, 0, 0]);
  });

  it('the unit is the labelled distance of the eye corners, not the found one', () => {
    const found = points68.map((point, i) => (i === 45 ? { x: 10, y: 20 } : point));
    expect(landmarkErrors(found, points68, markup68).eyes).toBeCloseTo(1 / 12, 12);
  });
});

describe('failureRate and areaUnderCed', () => {
  const errors = [0.2, 0, 0.05, 0.1, Number.POSITIVE_INFINITY];

  it('counts what is above 0.1 and what was not found as failures', () => {
    expect(failureRate(errors)).toBe(2 / 5);
  });

  it('has the area that its faces add from their errors on', () => {
    // 1 from 0 on, half of it from 0.05 on, nothing from 0.1 on.
    expect(areaUnderCed(errors)).toBeCloseTo((1 + 0.5) / 5, 12);
    expect(areaUnderCed([0, 0])).toBe(1);
    expect(areaUnderCed([Number.POSITIVE_INFINITY])).toBe(0);
  });

  it('is drawn as a curve with that area, which ends at the share within 0.1', () => {
    const svg = cedSvg([{ label: 'a < b', errors }], 'networks & more');
    expect(svg).toContain('networks &amp; more');
    expect(svg).toContain('a &lt; b, area 0.300');
    const [, path] = /<path class="ced" d="([^"]+)"/.exec(svg) as RegExpExecArray;
    const [, left, bottom] = /^M(\d+) (\d+)/.exec(path) as RegExpExecArray;
    let [x, y] = [Number(left), Number(bottom)];
    let area = 0;
    for (const [, command, value] of path.matchAll(/([HV])([\d.]+)/g)) {
      if (command === 'V') y = Number(value);
      else {
        area += (Number(value) - x) * (Number(bottom) - y);
        x = Number(value);
      }
    }
    // The plot as the grid's outermost lines draw it.
    const [, top] = /M\d+ (\d+)V\d+/.exec(svg) as RegExpExecArray;
    const [width, height] = [x - Number(left), Number(bottom) - Number(top)];
    expect(area / (width * height)).toBeCloseTo(areaUnderCed(errors), 4);
    expect((Number(bottom) - y) / height).toBeCloseTo(3 / 5, 12);
  });
});

describe('Evaluation', () => {
  const scene = drawScene({ seed: 1, width: 640, height: 480, faces: 3, maxRollDegrees: 20 });
  const [first, second] = scene.faces;
  const find = ({ box, landmarks }: { box: Box; landmarks: Point[] }, score = 0.9): FoundFace => ({
    score,
    box,
    landmarksFloat: landmarks,
  });

  it('with every box labelled: recall, precision and average precision', () => {
    const evaluation = new Evaluation();
    evaluation.add('a.jpg', [{ box: first.box }, { box: second.box }], [find(first), find(first, 0.8)]);
    evaluation.add('b.jpg', [], [find(first, 0.7)]);
    expect(evaluation.figures()).toEqual({
      images: 2,
      boxes: {
        images: 2,
        faces: 2,
        found: 1,
        recall: 1 / 2,
        falsePositives: 2,
        precision: 1 / 3,
        averagePrecision: 1 / 2,
      },
      landmarks: [],
    });
  });

  it('with landmarks alone: unlabelled faces are no mistakes', () => {
    const evaluation = new Evaluation();
    evaluation.add('a.jpg', [{ landmarks: to300W(first.landmarks) }], [find(second), find(first, 0.6)]);
    const { boxes, landmarks } = evaluation.figures();
    expect(boxes).toBeUndefined();
    const nme = Object.fromEntries(ERROR_GROUPS.map((group) => [group, 0]));
    expect(landmarks).toEqual([{ points: 68, faces: 1, found: 1, recall: 1, nme, failureRate: 0, areaUnderCed: 1 }]);
  });

  it('a missed face is a failure, without a part in the mean error', () => {
    const evaluation = new Evaluation();
    const unit = Math.hypot(
      first.landmarks[93].x - first.landmarks[35].x,
      first.landmarks[93].y - first.landmarks[35].y,
    );
    const found = { ...find(first), landmarksFloat: shift(first.landmarks, 0.05 * unit, 0) };
    evaluation.add('a.jpg', [{ landmarks: first.landmarks }, { landmarks: second.landmarks }], [found]);
    const [{ points, faces, found: count, recall, nme, failureRate: rate, areaUnderCed: area }] =
      evaluation.figures().landmarks;
    expect({ points, faces, count, recall, rate }).toEqual({ points: 106, faces: 2, count: 1, recall: 0.5, rate: 0.5 });
    expect(nme?.all).toBeCloseTo(0.05, 12);
    expect(area).toBeCloseTo(0.25, 12);
    expect(evaluation.curves().map(({ errors }) => errors[1])).toEqual([Infinity, Infinity]);
  });

  it('nobody found: no mean error', () => {
    const evaluation = new Evaluation();
    evaluation.add('a.jpg', [{ landmarks: first.landmarks }], []);
    expect(evaluation.figures().landmarks).toEqual([
      { points: 106, faces: 1, found: 0, recall: 0, failureRate: 1, areaUnderCed: 0 },
    ]);
  });

  it('ignored faces count nowhere', () => {
    const evaluation = new Evaluation();
    evaluation.add('a.jpg', [{ box: first.box, ignored: true }], [find(first)]);
    expect(evaluation.outcomes).toEqual([]);
    expect(evaluation.figures().boxes).toEqual({
      ...{ images: 1, faces: 0, found: 0, recall: undefined },
      ...{ falsePositives: 0, precision: undefined, averagePrecision: undefined },
    });
  });

  it('the worst are the missed ones by size, then the others by error', () => {
    const evaluation = new Evaluation();
    const found = (dx: number): FoundFace => ({ ...find(first), landmarksFloat: shift(first.landmarks, dx, 0) });
    evaluation.add('good.jpg', [{ landmarks: first.landmarks }], [found(1)]);
    evaluation.add('bad.jpg', [{ landmarks: first.landmarks }], [found(5)]);
    evaluation.add('small.jpg', [{ box: box(0, 0, 10, 10) }], []);
    evaluation.add('large.jpg', [{ box: box(0, 0, 20, 20) }], []);
    evaluation.add('boxed.jpg', [{ box: first.box }], [found(9)]);
    expect(evaluation.worst(10).map(({ image }) => image)).toEqual(['large.jpg', 'small.jpg', 'bad.jpg', 'good.jpg']);
    expect(evaluation.worst(1)).toHaveLength(1);
  });
});

describe('drawOutcome', () => {
  const gray = { data: new Uint8Array(200 * 100).fill(100), width: 200, height: 100, channelOrder: 'gray' as const };
  const pixel = (image: { data: ArrayLike<number>; width: number }, x: number, y: number) =>
    [0, 1, 2].map((channel) => image.data[(y * image.width + x) * 3 + channel]);

  it('shows both landmarks in their places', () => {
    const [truth, found] = [[{ x: 60, y: 30 }], [{ x: 85, y: 55 }]];
    const outcome = { image: 'a', box: box(50, 20, 90, 60), score: 1, truth, found };
    // 40 pixels and 6 of margin on each side: 52 at 208 are 4 for each.
    const tile = drawOutcome(gray, outcome, 208);
    expect([tile.width, tile.height]).toEqual([208, 208]);
    expect(pixel(tile, (60 - 44) * 4 + 2, (30 - 14) * 4 + 2)).toEqual([0x56, 0xb4, 0xe9]);
    expect(pixel(tile, (85 - 44) * 4 + 2, (55 - 14) * 4 + 2)).toEqual([0xd5, 0x5e, 0x00]);
    expect(pixel(tile, 5, 5)).toEqual([100, 100, 100]);
  });

  it('shows the box alone where no landmarks are labelled, and black beyond the image', () => {
    const tile = drawOutcome(gray, { image: 'a', box: box(150, 10, 200, 90) }, 100);
    expect(pixel(tile, 99, 50)).toEqual([0, 0, 0]);
    expect([...Array(100).keys()].some((x) => pixel(tile, x, 50).join() === '86,180,233')).toBe(true);
  });
});
