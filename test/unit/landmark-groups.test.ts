// The 106-point markup against independently written lists: every constant here is spelled out, not derived.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../src/errors.js';
import { LANDMARKS_300W, LANDMARKS_JD106, mirrorLandmarks, to300W, toJd106 } from '../../src/landmark106/convert.js';
import {
  EYE_CENTERS,
  LANDMARK_GROUPS,
  LANDMARK_MIRROR,
  LANDMARK_NAMES,
  LANDMARK_PATHS,
  landmarkGroup,
  landmarkPath,
  PUPILS,
} from '../../src/landmark106/groups.js';

const ascending = (indices: readonly number[]) => [...indices].sort((a, b) => a - b);
const all = Array.from({ length: 106 }, (_, i) => i);
/** A point that remembers its index. */
const numbered = all.map((i) => ({ x: i, y: 1000 + i }));

describe('LANDMARK_NAMES', () => {
  it('are 106 different ones in alphabetical order of the whole list', () => {
    expect(LANDMARK_NAMES).toHaveLength(106);
    expect(new Set(LANDMARK_NAMES).size).toBe(106);
    expect([...LANDMARK_NAMES]).toEqual([...LANDMARK_NAMES].sort());
  });

  it.each([
    [0, 'contour_chin'],
    [35, 'left_eye_left_corner'],
    [38, 'left_eye_pupil'],
    [52, 'mouth_left_corner'],
    [86, 'nose_tip'],
    [93, 'right_eye_right_corner'],
    [105, 'right_eyebrow_upper_right_quarter'],
  ])('%i is %s', (index, name) => expect(LANDMARK_NAMES[index]).toBe(name));
});

describe('LANDMARK_GROUPS and landmarkGroup', () => {
  it('hold every landmark exactly once', () => {
    expect(ascending(Object.values(LANDMARK_GROUPS).flat())).toEqual(all);
  });

  it.each(Object.entries(LANDMARK_GROUPS))('%s holds the landmarks that are named after it', (group, indices) => {
    const prefix = {
      leftBrow: 'left_eyebrow_',
      rightBrow: 'right_eyebrow_',
      leftEye: 'left_eye_',
      rightEye: 'right_eye_',
    }[group];
    for (const index of indices) expect(LANDMARK_NAMES[index]).toMatch(new RegExp(`^${prefix ?? `${group}_`}`));
  });

  it('are not picked under another name or from another number of points', () => {
    for (const name of ['x', 'toString', undefined]) {
      expect(() => landmarkGroup(numbered, name as never)).toThrow(InvalidOptionError);
      expect(() => landmarkPath(numbered, name as never)).toThrow(InvalidOptionError);
    }
    expect(() => landmarkGroup([], 'nose')).toThrow(InvalidOptionError);
    expect(() => landmarkPath([], 'leftEye')).toThrow(InvalidOptionError);
    expect(() => landmarkPath(undefined as never, 'leftEye')).toThrow(InvalidOptionError);
  });

  it('are picked in index order, paths in joining order', () => {
    expect(landmarkGroup(numbered, 'leftBrow').map(({ x }) => x)).toEqual([43, 44, 45, 46, 47, 48, 49, 50, 51]);
    expect(landmarkPath(numbered, 'noseBridge').map(({ x }) => x)).toEqual([72, 73, 74, 86]);
  });
});

describe('LANDMARK_PATHS and landmarkPath', () => {
  it('with eye centres and pupils cover every landmark exactly once', () => {
    const joined = Object.values(LANDMARK_PATHS).flatMap(({ indices }) => [...indices]);
    expect(ascending([...joined, ...Object.values(EYE_CENTERS), ...Object.values(PUPILS)])).toEqual(all);
  });

  it.each(Object.entries(LANDMARK_PATHS))('%s stays inside its group', (_, { group, indices }) => {
    for (const index of indices) expect(LANDMARK_GROUPS[group]).toContain(index);
  });

  it('the contour runs from ear to ear in the order of the names', () => {
    const side = (name: 'left' | 'right') => Array.from({ length: 16 }, (_, i) => `contour_${name}${i + 1}`);
    const expected = [...side('left'), 'contour_chin', ...side('right').reverse()];
    expect(LANDMARK_PATHS.contour.indices.map((i) => LANDMARK_NAMES[i])).toEqual(expected);
  });

  it('mirrored, a ring is the other ring backwards', () => {
    const mirrored = LANDMARK_PATHS.leftEye.indices.map((i) => LANDMARK_MIRROR[i]);
    // From the right eye's right corner over the top: its ring, read from there against its order.
    expect(mirrored).toEqual([93, 96, 94, 95, 89, 90, 87, 91]);
  });
});

describe('LANDMARK_MIRROR and mirrorLandmarks', () => {
  it('is the published one', () => {
    expect(LANDMARK_MIRROR).toEqual([
      0, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
      15, 16, 87, 88, 93, 91, 90, 92, 89, 94, 96, 95, 101, 100, 99, 97, 98, 105, 104, 102, 103, 61, 53, 57, 58, 59, 54,
      55, 56, 60, 52, 62, 67, 68, 69, 70, 63, 64, 65, 66, 71, 72, 73, 74, 81, 82, 83, 84, 85, 80, 75, 76, 77, 78, 79,
      86, 33, 34, 39, 37, 36, 38, 35, 40, 42, 41, 46, 47, 45, 44, 43, 50, 51, 49, 48,
    ]);
  });

  it('is its own inverse, also on points', () => {
    expect(LANDMARK_MIRROR.map((i) => LANDMARK_MIRROR[i])).toEqual(all);
    const coordinate = fc.float({ min: -1e4, max: 1e4, noNaN: true });
    const points = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 106, maxLength: 106 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 20_000 }), (landmarks, width) => {
        const there = mirrorLandmarks(landmarks, width);
        // Subtracting twice may turn -0 into 0, and loses what is smaller than a double's last bit beside the width.
        mirrorLandmarks(there, width).forEach(({ x, y }, i) => {
          expect(Math.abs(x - landmarks[i].x)).toBeLessThanOrEqual(1e-11);
          expect(y).toBe(landmarks[i].y);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('refuses a width that is none', () => {
    for (const width of [0, -1, 1.5, Number.NaN, undefined]) {
      expect(() => mirrorLandmarks(numbered, width as never)).toThrow(/for width/);
    }
  });

  it('puts the image-left eye corner where the image-right one was', () => {
    const landmarks = numbered.map((point, i) => (i === 93 ? { x: 70, y: 40 } : point));
    expect(mirrorLandmarks(landmarks, 100)[35]).toEqual({ x: 29, y: 40 });
  });
});

describe('to300W and toJd106', () => {
  it('300-W takes the published 68', () => {
    expect(LANDMARKS_300W).toEqual([
      1, 10, 12, 14, 16, 3, 5, 7, 0, 23, 21, 19, 32, 30, 28, 26, 17, 43, 48, 49, 51, 50, 102, 103, 104, 105, 101, 72,
      73, 74, 86, 78, 79, 80, 85, 84, 35, 41, 42, 39, 37, 36, 89, 95, 96, 93, 91, 90, 52, 64, 63, 71, 67, 68, 61, 58,
      59, 53, 56, 55, 65, 66, 62, 70, 69, 57, 60, 54,
    ]);
    expect(to300W(numbered)[8]).toEqual(numbered[0]);
  });

  it('JD-106 takes the published order', () => {
    expect(LANDMARKS_JD106).toEqual([
      1, 9, 10, 11, 12, 13, 14, 15, 16, 2, 3, 4, 5, 6, 7, 8, 0, 24, 23, 22, 21, 20, 19, 18, 32, 31, 30, 29, 28, 27, 26,
      25, 17, 43, 48, 49, 51, 50, 46, 47, 45, 44, 102, 103, 104, 105, 101, 100, 99, 98, 97, 72, 73, 74, 86, 75, 76, 77,
      78, 79, 80, 85, 84, 83, 82, 81, 35, 41, 40, 42, 39, 37, 33, 36, 34, 89, 95, 94, 96, 93, 91, 87, 90, 88, 52, 64,
      63, 71, 67, 68, 61, 58, 59, 53, 56, 55, 65, 66, 62, 70, 69, 57, 60, 54, 38, 92,
    ]);
    expect(ascending(LANDMARKS_JD106)).toEqual(all);
    expect(toJd106(numbered)[105]).toEqual(numbered[92]);
  });

  it('gives points of its own', () => {
    const converted = to300W(numbered);
    converted[0].x = -1;
    expect(numbered[1].x).toBe(1);
  });

  it.each([68, 0, 107])('refuses %i points', (count) => {
    const points = Array.from({ length: count }, () => ({ x: 0, y: 0 }));
    expect(() => to300W(points)).toThrow(InvalidOptionError);
    expect(() => toJd106(points)).toThrow(/106 points for landmarks but received an array of/);
    expect(() => mirrorLandmarks(points, 100)).toThrow(InvalidOptionError);
  });
});
