import { describe, expect, it } from 'vitest';
import { FACE_GEOMETRY, meanShape } from '../../scripts/mediapipe/mean-shape.js';
import { loadSource } from '../../scripts/mediapipe/sources.js';
import { Random } from '../../src/drawn-faces/random.js';
import { faceAttributes } from '../../src/face/face-attributes.js';
import { headPose } from '../../src/face/head-pose.js';
import { mirrorLandmarks } from '../../src/landmark106/convert.js';
import { MEAN_SHAPE } from '../../src/landmark106/mean-shape.js';
import type { Point } from '../../src/types.js';

const RADIANS = Math.PI / 180;
type Angles = { yaw: number; pitch: number; roll: number };

/** A camera so many centimetres before an average head that is turned: rotation matrices, written out, and a true perspective. */
function render({ yaw, pitch, roll }: Angles, distance = 200): Point[] {
  const [a, b, c] = [yaw * RADIANS, pitch * RADIANS, roll * RADIANS];
  return MEAN_SHAPE.map(([x, y, z]) => {
    const up = [x, Math.cos(b) * y + Math.sin(b) * z, -Math.sin(b) * y + Math.cos(b) * z];
    const side = [Math.cos(a) * up[0] - Math.sin(a) * up[2], up[1], Math.sin(a) * up[0] + Math.cos(a) * up[2]];
    const lean = [Math.cos(c) * side[0] - Math.sin(c) * side[1], Math.sin(c) * side[0] + Math.cos(c) * side[1]];
    const scale = 1000 / (distance + side[2]);
    return { x: 300 + scale * lean[0], y: 200 + scale * lean[1] };
  });
}

const gaussian = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.between(0, 0.999999))) * Math.cos(2 * Math.PI * random.between(0, 1));

describe('the mean shape', () => {
  it('is what the script makes of MediaPipe’s canonical face', () => {
    expect(MEAN_SHAPE).toEqual(meanShape(loadSource(FACE_GEOMETRY)));
  });
});

describe('headPose', () => {
  it('is 0 for the average face itself, and says so without doubt', () => {
    const pose = headPose(MEAN_SHAPE.map(([x, y]) => ({ x, y })));
    for (const angle of ['yaw', 'pitch', 'roll'] as const) {
      expect(Math.abs(pose?.[angle] ?? Number.NaN)).toBeLessThan(1e-3);
      expect(pose?.uncertainty[angle]).toBeLessThan(1e-3);
    }
  });

  it.each([
    [{ yaw: 30, pitch: 0, roll: 0 }, 'to the image’s right', (p: Point[]) => p[86].x > (p[35].x + p[93].x) / 2],
    [{ yaw: 0, pitch: 20, roll: 0 }, 'up', (p: Point[]) => p[86].y < render({ yaw: 0, pitch: 0, roll: 0 })[86].y],
    [{ yaw: 0, pitch: 0, roll: 15 }, 'clockwise', (p: Point[]) => p[93].y > p[35].y],
  ])('has the documented signs: %o turns it %s', (angles, _, holds) => {
    const points = render(angles);
    expect(holds(points)).toBe(true);
    const pose = headPose(points);
    for (const angle of ['yaw', 'pitch', 'roll'] as const) {
      expect(Math.abs((pose?.[angle] ?? Number.NaN) - angles[angle])).toBeLessThan(2);
    }
  });

  it('errs by less than 2 degrees where points err by half a percent of the face, whatever the turn', () => {
    const random = new Random(5);
    const squares = { yaw: 0, pitch: 0, roll: 0 };
    let [within, all] = [0, 0];
    const heads = 300;
    for (let i = 0; i < heads; i++) {
      const angles = { yaw: random.between(-40, 40), pitch: random.between(-25, 25), roll: random.between(-180, 180) };
      // From a distance where perspective bends the face by as little as the fit takes for granted.
      const points = render(angles, 1000);
      const size = Math.hypot(points[93].x - points[35].x, points[93].y - points[35].y) || 1;
      const width = Math.max(size, 1000 * (14 / 1000));
      const noisy = points.map(({ x, y }) => ({
        x: x + 0.005 * width * gaussian(random),
        y: y + 0.005 * width * gaussian(random),
      }));
      const pose = headPose(noisy);
      for (const angle of ['yaw', 'pitch', 'roll'] as const) {
        const error = Math.abs((((((pose?.[angle] ?? Number.NaN) - angles[angle] + 180) % 360) + 360) % 360) - 180);
        expect(error).toBeLessThan(2);
        squares[angle] += error ** 2 / heads;
        all++;
        if (error < 2 * (pose?.uncertainty[angle] ?? 0)) within++;
      }
    }
    console.log(
      'root mean square errors in degrees',
      Object.entries(squares)
        .map(([k, v]) => `${k} ${Math.sqrt(v).toFixed(2)}`)
        .join(', '),
    );
    // Two standard deviations hold 95 % of the errors, and more here, where points err one by one.
    expect(within / all).toBeGreaterThan(0.95);
  });

  it('turns round in a mirror: yaw and roll change their sign', () => {
    const points = render({ yaw: 25, pitch: -10, roll: 8 });
    const [pose, mirrored] = [headPose(points), headPose(mirrorLandmarks(points, 640))];
    expect(mirrored?.yaw).toBeCloseTo(-(pose?.yaw ?? 0), 1);
    expect(mirrored?.roll).toBeCloseTo(-(pose?.roll ?? 0), 1);
    expect(mirrored?.pitch).toBeCloseTo(pose?.pitch ?? 0, 1);
  });

  it('is unknown where points contradict each other', () => {
    const points = render({ yaw: 10, pitch: 5, roll: 0 });
    const random = new Random(3);
    expect(headPose(points.map(() => ({ x: random.between(0, 100), y: random.between(0, 100) })))).toBeUndefined();
    expect(headPose(points.toReversed())).toBeUndefined();
    expect(headPose(points.map(() => ({ x: 5, y: 5 })))).toBeUndefined();
    expect(headPose(points.map(({ x }) => ({ x, y: 5 })))).toBeUndefined();
    expect(headPose(points.with(40, { x: Number.NaN, y: 0 }))).toBeUndefined();
    expect(faceAttributes(points.map(() => ({ x: 5, y: 5 }))).pose).toBeNull();
    expect(faceAttributes(points).pose?.yaw).toBeCloseTo(headPose(points)?.yaw ?? Number.NaN);
  });
});
