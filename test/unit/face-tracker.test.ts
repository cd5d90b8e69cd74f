// What the tracker counts and remembers, with networks that do as they are told.
import { describe, expect, it } from 'vitest';
import { LANDMARK106 } from '../../src/landmark106/spec.js';
import { tensor } from '../../src/tensor.js';
import { FaceTracker, type TrackerOptions } from '../../src/tracking/face-tracker.js';
import type { PixelImage, Tensor } from '../../src/types.js';
import { stubDetector, stubLandmarker } from '../support/stub-networks.js';

const SIDE = 320;
const FRAME: PixelImage = { data: new Uint8Array(SIDE * SIDE), width: SIDE, height: SIDE, channelOrder: 'gray' };

/** Row of a cell of the stride 16 level. */
const rowAt = (column: number, row: number) => (row * (SIDE / 16) + column) * 2;
/** Two faces of 80 pixels that do not touch. */
const [STAYS, LEAVES] = [rowAt(4, 4), rowAt(14, 14)];

/** Landmarks of one face: a ring, `center` half inputs to the right of the crop's middle. */
function ring(center: number): number[] {
  return Array.from({ length: LANDMARK106.points }, (_, i) => {
    const angle = (2 * Math.PI * i) / LANDMARK106.points;
    return [center + 0.2 * Math.cos(angle), 0.2 * Math.sin(angle)];
  }).flat();
}

/** A tracker, and the strings by which its networks are led. */
function ledTracker(options: TrackerOptions) {
  const script = {
    present: new Set([STAYS, LEAVES]),
    detections: 0,
    detectorFails: false,
    /** Until the detector runs, landmarks lie where no face can have moved to. */
    followingFails: false,
  };
  const detector = stubDetector({
    side: SIDE,
    change: (outputs) => {
      script.detections++;
      script.followingFails = false;
      if (script.detectorFails) throw new Error('the detector failed');
      const [scores, distances, offsets] = [outputs[1].data, outputs[4].data, outputs[7].data];
      for (const values of [scores, distances, offsets]) values.fill(0);
      for (const row of script.present) {
        scores[row] = 0.9;
        distances.set([2.5, 2.5, 2.5, 2.5], row * 4);
        offsets.set([-1, -1, 1, -1, 0, 0, -0.8, 1, 0.8, 1], row * 10);
      }
      return outputs;
    },
  });
  const landmarker = {
    ...stubLandmarker(),
    infer: async ({ shape: [n] }: Tensor) => {
      const values = Array.from({ length: n }, () => ring(script.followingFails ? 0.95 : 0)).flat();
      return [tensor(Float32Array.from(values), [n, 2 * LANDMARK106.points])];
    },
  };
  const tracker = new FaceTracker({ detector, landmarker }, { detectorSide: SIDE, ...options });
  const ids = async () => (await tracker.track(FRAME)).map(({ id }) => id);
  return { script, ids };
}

describe('FaceTracker', () => {
  it.each([
    { detectEvery: 1, maxMissing: 3, forced: false },
    { detectEvery: 5, maxMissing: 15, forced: false },
    { detectEvery: 5, maxMissing: 15, forced: true },
    { detectEvery: 5, maxMissing: 4, forced: true },
    { detectEvery: 7, maxMissing: 1, forced: true },
  ])('keeps an id for maxMissing frames of absence and no longer: %j', async ({ forced, ...options }) => {
    const idAfter = async (absentFrames: number) => {
      const { script, ids } = ledTracker(options);
      const next = (force: boolean) => {
        script.followingFails = force;
        return ids();
      };
      expect(await next(false)).toEqual([1, 2]);
      script.present.delete(LEAVES);
      // Absent from the frame in which the detector misses it: until then the landmarks carry it on.
      while ((await next(forced)).length === 2);
      for (let frame = 1; frame < absentFrames; frame++) expect(await next(forced)).toEqual([1]);
      script.present.add(LEAVES);
      return (await next(true))[1];
    };
    expect(await idAfter(options.maxMissing)).toBe(2);
    expect(await idAfter(options.maxMissing + 1)).toBe(3);
  });

  it('looks again after a detection that failed, instead of reporting no face', async () => {
    const { script, ids } = ledTracker({ detectEvery: 5 });
    script.detectorFails = true;
    await expect(ids()).rejects.toThrow();
    script.detectorFails = false;
    expect(await ids()).toEqual([1, 2]);
    expect(await ids()).toEqual([1, 2]);
    expect(script.detections).toBe(2);
  });
});
