// The similarity transform against a float64 Umeyama by singular value decomposition, and the way back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateCropTransforms } from '../../src/alignment/estimate-crop-transforms.js';
import { ALIGNMENT_TEMPLATES } from '../../src/alignment/templates.js';
import { Random } from '../../src/drawn-faces/random.js';
import { affineEntries, affineMatrix, composeAffine, invertAffine, transformPoint } from '../../src/ops/affine.js';
import { closedFormSimilarity } from '../../src/ops/closed-form-similarity.js';
import { similarityTransform } from '../../src/ops/similarity-transform.js';
import { packetTrig, scalarTrig } from '../../src/ops/trig-float32.js';
import type { AffineMatrix, Point } from '../../src/types.js';

const EPSILON = 2 ** -24;
const CASES = 3000;

type Entries = readonly [number, number, number, number, number, number];
type Matrix2 = [number, number, number, number];

const apply = ([a, b, tx, c, d, ty]: Entries, { x, y }: Point): Point => ({
  x: a * x + b * y + tx,
  y: c * x + d * y + ty,
});
const center = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, p) => sum + p.x, 0) / points.length,
  y: points.reduce((sum, p) => sum + p.y, 0) / points.length,
});

/** `A = U diag(s) V^T` by the eigenvectors of `A^T A`; U and V orthonormal, s descending, not negative. */
function svd([a, b, c, d]: Matrix2): { U: Matrix2; s: [number, number]; V: Matrix2 } {
  const angle = Math.atan2(2 * (a * b + c * d), a * a + c * c - b * b - d * d) / 2;
  const V: Matrix2 = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
  // The columns of A V are the left singular vectors, scaled.
  const [x1, y1] = [a * V[0] + b * V[2], c * V[0] + d * V[2]];
  const [x2, y2] = [a * V[1] + b * V[3], c * V[1] + d * V[3]];
  const first = Math.hypot(x1, y1);
  const [ux, uy] = first > 0 ? [x1 / first, y1 / first] : [1, 0];
  // The second is perpendicular to the first, on the side where A V points.
  const side = ux * y2 - uy * x2 < 0 ? -1 : 1;
  return { U: [ux, -uy * side, uy, ux * side], s: [first, Math.abs(ux * y2 - uy * x2)], V };
}

const determinant = ([a, b, c, d]: Matrix2) => a * d - b * c;

/** Umeyama 1991, eq. 34 to 43, in float64. */
function umeyama(source: readonly Point[], target: readonly Point[]) {
  const [from, to] = [center(source), center(target)];
  const A: Matrix2 = [0, 0, 0, 0];
  let variance = 0;
  source.forEach((p, i) => {
    const [ex, ey, dx, dy] = [p.x - from.x, p.y - from.y, target[i].x - to.x, target[i].y - to.y];
    [dx * ex, dx * ey, dy * ex, dy * ey].forEach((product, k) => {
      A[k] += product / source.length;
    });
    variance += (ex * ex + ey * ey) / source.length;
  });
  const { U, s, V } = svd(A);
  const sign = determinant(U) * determinant(V) < 0 ? -1 : 1;
  const R = [
    U[0] * V[0] + sign * U[1] * V[1],
    U[0] * V[2] + sign * U[1] * V[3],
    U[2] * V[0] + sign * U[3] * V[1],
    U[2] * V[2] + sign * U[3] * V[3],
  ];
  const scale = (s[0] + sign * s[1]) / variance;
  const [a, b, c, d] = R.map((value) => value * scale);
  const entries: Entries = [a, b, to.x - a * from.x - b * from.y, c, d, to.y - c * from.x - d * from.y];
  return { entries, singular: s, variance, sign };
}

const random = (seed: number) => {
  const numbers = new Random(seed);
  const point = (size: number): Point => ({ x: numbers.between(-size, size), y: numbers.between(-size, size) });
  return {
    numbers,
    points: (size: number) => Array.from({ length: 5 }, () => point(size)),
    similarity(): Entries {
      const scale = 10 ** numbers.between(-1, 1);
      const angle = numbers.between(-Math.PI, Math.PI);
      const [a, c] = [scale * Math.cos(angle), scale * Math.sin(angle)];
      return [a, -c, numbers.between(-500, 500), c, a, numbers.between(-500, 500)];
    },
  };
};

const size = (points: readonly Point[]) => Math.max(...points.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
const distance = (p: Point, q: Point) => Math.hypot(p.x - q.x, p.y - q.y);

/**
 * Distance between what two maps make of the points, in roundings of float32 at the size of what they handle. The closed
 * form by two angles loses where the singular values are nearly equal (the angles are then any), and by the square root
 * of a difference where one of them is nearly 0.
 */
function roundings(matrix: AffineMatrix, source: readonly Point[], target: readonly Point[]): number {
  const { entries, singular, variance } = umeyama(source, target);
  const condition = singular[0] / singular[1] + singular[0] / (singular[0] - singular[1]);
  const handled = (singular[0] / variance) * size(source) + size(target);
  const found = affineEntries(matrix);
  const worst = Math.max(...source.map((p) => distance(apply(found, p), apply(entries, p))));
  return worst / (EPSILON * condition * handled);
}

describe.each([
  ['scalar', scalarTrig],
  ['packet', packetTrig],
])('similarityTransform with %s functions', (_, trig) => {
  it('recovers a known map', () => {
    const { points, similarity } = random(1);
    let worst = 0;
    for (let i = 0; i < CASES; i++) {
      const source = points(300);
      const map = similarity();
      const target = source.map((p) => apply(map, p));
      worst = Math.max(worst, roundings(similarityTransform(source, target, trig), source, target));
    }
    expect(worst).toBeLessThan(2);
  });

  it('is Umeyama on points without a relation, also where the best map would be a reflection', () => {
    const { points, numbers } = random(2);
    let worst = 0;
    let reflections = 0;
    for (let i = 0; i < CASES; i++) {
      const source = points(300);
      const target =
        numbers.next() < 0.5 ? points(300) : source.map(({ x, y }) => ({ x: -x + numbers.between(-20, 20), y }));
      if (umeyama(source, target).sign < 0) reflections++;
      worst = Math.max(worst, roundings(similarityTransform(source, target, trig), source, target));
    }
    expect(reflections).toBeGreaterThan(CASES / 4);
    expect(worst).toBeLessThan(2);
  });

  it('is Umeyama on points near a line, as far as its arithmetic allows', () => {
    const { points, numbers } = random(3);
    let worst = 0;
    let measured = 0;
    for (let i = 0; i < CASES; i++) {
      const flatness = 10 ** numbers.between(-3, 0);
      const angle = numbers.between(0, Math.PI);
      const source = points(300).map(({ x, y }) => ({
        x: x * Math.cos(angle) - y * flatness * Math.sin(angle),
        y: x * Math.sin(angle) + y * flatness * Math.cos(angle),
      }));
      const target = points(100);
      const { singular } = umeyama(source, target);
      // The smaller singular value is the root of a difference: beyond this it drowns, and may even be NaN.
      if (singular[0] > 1000 * singular[1]) continue;
      measured++;
      worst = Math.max(worst, roundings(similarityTransform(source, target, trig), source, target));
    }
    expect(measured).toBeGreaterThan(CASES / 2);
    expect(worst).toBeLessThan(2);
  });
});

describe('closedFormSimilarity', () => {
  it('is Umeyama too, also on a line', () => {
    const { points, numbers } = random(4);
    let worst = 0;
    for (let i = 0; i < CASES; i++) {
      const onLine = numbers.next() < 0.5;
      const source = points(300).map(({ x, y }) => (onLine ? { x, y: 0.3 * x } : { x, y }));
      const target = points(100);
      const { entries } = umeyama(source, target);
      const found = affineEntries(closedFormSimilarity(source, target));
      const error = Math.max(...source.map((p) => distance(apply(found, p), apply(entries, p))));
      worst = Math.max(worst, error / (EPSILON * 1000));
    }
    expect(worst).toBeLessThan(2);
  });
});

describe('estimateCropTransforms', () => {
  it('takes the template that float64 Umeyama fits best', () => {
    const { points, similarity, numbers } = random(5);
    let unlike = 0;
    for (let i = 0; i < CASES; i++) {
      const map = similarity();
      const jitter = points(3);
      const source = numbers
        .pick(ALIGNMENT_TEMPLATES)
        .map((p, k) => apply(map, { x: p.x + jitter[k].x, y: p.y + jitter[k].y }));
      const fits = ALIGNMENT_TEMPLATES.map((template) => {
        const { entries } = umeyama(source, template);
        return { entries, misfit: source.reduce((sum, p, k) => sum + distance(apply(entries, p), template[k]), 0) };
      });
      const best = fits.reduce((a, b) => (b.misfit < a.misfit ? b : a));
      const [{ imageToCrop, degenerate }] = estimateCropTransforms([source]);
      expect(degenerate).toBe(false);
      const found = affineEntries(imageToCrop);
      if (Math.max(...source.map((p) => distance(apply(found, p), apply(best.entries, p)))) > 0.05) unlike++;
    }
    expect(unlike).toBe(0);
  });

  const anything = fc.double();
  const anywhere = fc.array(fc.record({ x: anything, y: anything }), { minLength: 5, maxLength: 5 });
  const nearby = fc
    .record({ x: anything, y: anything, spread: fc.double({ min: 0, max: 1e-3 }) })
    .chain(({ x, y, spread }) =>
      fc.array(
        fc.record({ x: fc.constantFrom(x, x + spread, x - spread), y: fc.constantFrom(y, y + spread, y - spread) }),
        { minLength: 5, maxLength: 5 },
      ),
    );

  it('gives a finite matrix for any five points, and its inverse is finite too', () => {
    fc.assert(
      fc.property(fc.oneof(anywhere, nearby), (keypoints) => {
        const [{ imageToCrop }] = estimateCropTransforms([keypoints]);
        const inverse = [...invertAffine(imageToCrop).data];
        // Only points that are further apart than any image is wide bring the inverse beyond float32.
        const mustBeFinite = [...imageToCrop.data, ...(size(keypoints) < 1e15 ? inverse : [])];
        expect(mustBeFinite.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 20_000, seed: 5 },
    );
  });

  const face = ALIGNMENT_TEMPLATES[2];
  it.each<[string, (points: Point[]) => Point[]]>([
    ['five times one point', (points) => points.map(() => points[0])],
    ['points closer than float32 can spread', (points) => points.map((p, i) => ({ x: p.x * 1e-200, y: i * 1e-200 }))],
    ['a NaN', (points) => points.with(3, { x: Number.NaN, y: 1 })],
    ['an infinite coordinate', (points) => points.with(0, { x: 1, y: Number.NEGATIVE_INFINITY })],
    ['points beyond all numbers', (points) => points.map(({ x, y }) => ({ x: x * 1e300, y: y * 1e300 }))],
  ])('%s: the zero matrix, marked', (_, change) => {
    const [{ imageToCrop, degenerate }] = estimateCropTransforms([change([...face])]);
    expect(degenerate).toBe(true);
    expect([...imageToCrop.data]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...invertAffine(imageToCrop).data].every((value) => Object.is(Math.abs(value), 0))).toBe(true);
  });

  it('points on a line: least squares, marked', () => {
    const { numbers } = random(6);
    for (let i = 0; i < 1000; i++) {
      const angle = numbers.between(0, Math.PI);
      const keypoints = Array.from({ length: 5 }, () => {
        const along = numbers.between(-100, 100);
        return { x: 200 + along * Math.cos(angle), y: 300 + along * Math.sin(angle) };
      });
      const [{ imageToCrop, degenerate }] = estimateCropTransforms([keypoints]);
      expect(degenerate).toBe(true);
      const found = affineEntries(imageToCrop);
      const errors = ALIGNMENT_TEMPLATES.map((template) => {
        const { entries } = umeyama(keypoints, template);
        return Math.max(...keypoints.map((p) => distance(apply(found, p), apply(entries, p))));
      });
      expect(Math.min(...errors)).toBeLessThan(1e-3);
    }
  });
});

describe('invertAffine', () => {
  it('maps a point back to where it came from', () => {
    const { similarity, points } = random(7);
    let worst = 0;
    for (let i = 0; i < CASES; i++) {
      const map = similarity();
      const matrix = affineMatrix(...map);
      const back = invertAffine(matrix);
      const scale = Math.hypot(map[0], map[3]);
      for (const p of points(2000)) {
        const there = transformPoint(matrix, p);
        // What is rounded on the way, seen from the image; the divisor of the inverse has 1e-8 added to it.
        const handled = (size([there]) + Math.abs(map[2]) + Math.abs(map[5])) / scale + size([p]);
        const relative = EPSILON + 1e-8 / scale ** 2;
        worst = Math.max(worst, distance(transformPoint(back, there), p) / (relative * handled));
      }
    }
    expect(worst).toBeLessThan(4);
  });

  it('composed with the matrix is the identity', () => {
    const { similarity } = random(8);
    for (let i = 0; i < CASES; i++) {
      const map = similarity();
      const matrix = affineMatrix(...map);
      const scale = Math.hypot(map[0], map[3]);
      const [a, b, tx, c, d, ty] = affineEntries(composeAffine(invertAffine(matrix), matrix));
      const relative = 8 * (EPSILON + 1e-8 / scale ** 2);
      expect(Math.max(...[a - 1, b, c, d - 1].map(Math.abs))).toBeLessThan(relative);
      const shift = (Math.abs(map[2]) + Math.abs(map[5])) / scale;
      expect(Math.max(Math.abs(tx), Math.abs(ty))).toBeLessThan(relative * shift);
    }
  });

  it('gives zeros for a matrix without an inverse', () => {
    for (const matrix of [affineMatrix(0, 0, 5, 0, 0, 7), affineMatrix(1, 2, 5, 2, 4, 7)]) {
      expect([...invertAffine(matrix).data].every((value) => Object.is(Math.abs(value), 0))).toBe(true);
    }
  });
});
