// Drawn faces that move, cross, leave and come back, with noise on the landmarks: ids keep, jitter falls, lag stays small.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import type { Placement } from '../../src/drawn-faces/figures.js';
import { Random } from '../../src/drawn-faces/random.js';
import { InvalidOptionError } from '../../src/errors.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { DEFAULT_SMOOTHING } from '../../src/tracking/face-smoother.js';
import { FaceTracker, type TrackerOptions } from '../../src/tracking/face-tracker.js';
import { matchFaces } from '../../src/tracking/match-faces.js';
import { OneEuroFilter } from '../../src/tracking/one-euro-filter.js';
import type { TrackedFace } from '../../src/tracking/tracks.js';
import type { Network } from '../../src/types.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

const [WIDTH, HEIGHT, RATE] = [480, 320, 30];
/** The small input is enough for faces of this size, and fast. */
const DETECTOR_SIDE = 320;

let detector: OnnxNetwork;
let landmarker: OnnxNetwork;
beforeAll(async () => {
  const models = DRAWN_FACES;
  detector = await loadNetwork(models.detector);
  landmarker = await loadNetwork(models.landmarker);
});
afterAll(() => Promise.all([detector.close(), landmarker.close()]));

/** The landmarker with normally distributed noise of a standard deviation in pixels of its 192 input. */
function noisy(deviation: number, seed: number): Network {
  const random = new Random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return {
    ...landmarker,
    infer: async (input) => {
      const [output] = await landmarker.infer(input);
      for (let i = 0; i < output.data.length; i++) output.data[i] += (normal() * deviation) / 96;
      return [output];
    },
  };
}

/** Calls of a network, counted. */
function counted(network: Network): Network & { runs: number } {
  const result = {
    ...network,
    runs: 0,
    infer: (input: Parameters<Network['infer']>[0]) => {
      result.runs++;
      return network.infer(input);
    },
  };
  return result;
}

type Script = (frame: number) => Placement[];

async function track(script: Script, frames: number, options: TrackerOptions = {}, network: Network = landmarker) {
  const counting = counted(detector);
  const tracker = new FaceTracker(
    { detector: counting, landmarker: network },
    { detectorSide: DETECTOR_SIDE, ...options },
  );
  const seen: { faces: TrackedFace[]; truths: ReturnType<typeof drawScene>['faces'] }[] = [];
  for (let i = 0; i < frames; i++) {
    const scene = drawScene({ seed: 1, width: WIDTH, height: HEIGHT, placements: script(i) });
    seen.push({ faces: await tracker.track(scene.image, i / RATE), truths: scene.faces });
  }
  return { seen, detections: counting.runs };
}

const middle = ({ landmarksFloat }: TrackedFace) => {
  const mean = (pick: 'x' | 'y') => landmarksFloat.reduce((sum, point) => sum + point[pick], 0) / landmarksFloat.length;
  return { x: mean('x'), y: mean('y') };
};

/** The id of the face nearest to a drawn one, in every frame in which both are there. */
function idsOf(seen: Awaited<ReturnType<typeof track>>['seen'], face: number): number[] {
  return seen.flatMap(({ faces, truths }) => {
    const truth = truths[face];
    if (!truth) return [];
    const center = { x: (truth.box.x1 + truth.box.x2) / 2, y: (truth.box.y1 + truth.box.y2) / 2 };
    const near = faces.find((found) => {
      const { x, y } = middle(found);
      return Math.hypot(x - center.x, y - center.y) < truth.size / 2;
    });
    return near ? [near.id] : [];
  });
}

const still: Placement = { center: { x: 240, y: 160 }, size: 120, rollRadians: 0 };

describe('FaceTracker: ids', () => {
  it('keep while faces move and turn, with the detector on every fifth frame', async () => {
    const script: Script = (i) => [
      { center: { x: 100 + 2 * i, y: 100 }, size: 90, rollRadians: 0.01 * i },
      { center: { x: 380 - i, y: 220 }, size: 110 + i, rollRadians: -0.01 * i },
    ];
    const { seen, detections } = await track(script, 40);
    for (const face of [0, 1]) {
      const ids = idsOf(seen, face);
      expect(ids).toHaveLength(40);
      expect(new Set(ids).size).toBe(1);
    }
    expect(detections).toBeLessThanOrEqual(12);
  });

  it('keep while two faces pass each other closely', async () => {
    const script: Script = (i) => [
      { center: { x: 80 + 6 * i, y: 105 }, size: 80, rollRadians: 0 },
      { center: { x: 400 - 6 * i, y: 215 }, size: 80, rollRadians: 0 },
    ];
    const { seen } = await track(script, 54);
    const [first, second] = [new Set(idsOf(seen, 0)), new Set(idsOf(seen, 1))];
    expect(first.size).toBe(1);
    expect(second.size).toBe(1);
    expect([...first]).not.toEqual([...second]);
  });

  it('keep over a short absence, end with a long one, and are never given again', async () => {
    const gone = (i: number) => (i >= 10 && i < 18) || (i >= 30 && i < 60);
    const script: Script = (i) => (gone(i) ? [] : [still]);
    const { seen } = await track(script, 75, { detectEvery: 3, maxMissing: 12 });
    const ids = seen.flatMap(({ faces }) => faces.map(({ id }) => id));
    const before = seen.slice(0, 30).flatMap(({ faces }) => faces.map(({ id }) => id));
    const after = seen.slice(60).flatMap(({ faces }) => faces.map(({ id }) => id));
    expect(new Set(before)).toEqual(new Set([1]));
    expect(new Set(after)).toEqual(new Set([2]));
    expect(ids.length).toBeGreaterThan(30);
    // What is gone is not reported from memory.
    for (const { faces } of seen.slice(35, 60)) expect(faces).toEqual([]);
  });

  it('go on after a reset with new ones', async () => {
    const tracker = new FaceTracker({ detector, landmarker }, { detectorSide: DETECTOR_SIDE });
    const { image } = drawScene({ seed: 1, width: WIDTH, height: HEIGHT, placements: [still] });
    expect((await tracker.track(image)).map(({ id }) => id)).toEqual([1]);
    tracker.reset();
    expect((await tracker.track(image)).map(({ id }) => id)).toEqual([2]);
  });

  it('refuse a time that goes back, until a reset', async () => {
    const tracker = new FaceTracker({ detector, landmarker }, { detectorSide: DETECTOR_SIDE });
    const { image } = drawScene({ seed: 1, width: WIDTH, height: HEIGHT, placements: [still] });
    await tracker.track(image, 2);
    await expect(tracker.track(image, 1.9)).rejects.toThrow(InvalidOptionError);
    expect(await tracker.track(image, 2)).toHaveLength(1);
    tracker.reset();
    expect(await tracker.track(image, 0)).toHaveLength(1);
  });
});

describe('FaceTracker: frames that come faster than they are tracked', () => {
  it('are tracked in turn, with the same result, also across a reset', async () => {
    const script: Script = (i) => [{ ...still, center: { x: 160 + 6 * i, y: 160 } }];
    const frames = Array.from(
      { length: 20 },
      (_, i) => drawScene({ seed: 1, width: WIDTH, height: HEIGHT, placements: script(i) }).image,
    );
    const plain = (faces: TrackedFace[]) => faces.map(({ id, box, landmarksFloat }) => ({ id, box, landmarksFloat }));
    const newTracker = () => new FaceTracker({ detector, landmarker }, { detectorSide: DETECTOR_SIDE });
    const [patient, hasty] = [newTracker(), newTracker()];
    const expected: ReturnType<typeof plain>[] = [];
    for (const [i, frame] of frames.entries()) {
      if (i === 12) patient.reset();
      expected.push(plain(await patient.track(frame)));
    }
    const calls = frames.map((frame, i) => {
      if (i === 12) hasty.reset();
      return hasty.track(frame).then(plain);
    });
    expect(expected.map(([face]) => face.id)).toEqual([...Array(12).fill(1), ...Array(8).fill(2)]);
    expect(await Promise.all(calls)).toEqual(expected);
  });
});

describe('FaceTracker: ids under hard conditions', () => {
  it('keep on a noisy face that moves, turns and comes nearer', async () => {
    const script: Script = (i) => [{ center: { x: 120 + 4 * i, y: 160 }, size: 80 + i, rollRadians: 0.02 * i }];
    const { seen } = await track(script, 50, {}, noisy(1, 8));
    expect(idsOf(seen, 0)).toEqual(Array(50).fill(1));
  });

  it.each([30, 60])(
    'keep while two faces of 80 pixels cross, %i pixels apart, one hidden by the other',
    async (apart) => {
      const script: Script = (i) => [
        { center: { x: 80 + 6 * i, y: 160 - apart / 2 }, size: 80, rollRadians: 0 },
        { center: { x: 400 - 6 * i, y: 160 + apart / 2 }, size: 80, rollRadians: 0 },
      ];
      const { seen } = await track(script, 54, {}, noisy(1, 9));
      // Where they overlap one of them is rightly not seen: what counts is who comes out on which side.
      const clear = [...seen.slice(0, 18), ...seen.slice(36)];
      const [first, second] = [new Set(idsOf(clear, 0)), new Set(idsOf(clear, 1))];
      expect([first.size, second.size]).toEqual([1, 1]);
      expect(first).not.toEqual(second);
      expect(seen.at(-1)?.faces).toHaveLength(2);
      // The drawn faces cover each other indeed.
      expect(seen.some(({ faces }) => faces.length === 1)).toBe(true);
    },
  );

  it('end when a face leaves over the border, while its neighbour keeps its own', async () => {
    const script: Script = (i) => [
      { center: { x: 120, y: 160 }, size: 100, rollRadians: 0 },
      { center: { x: 300 + 8 * Math.min(i, 60 - i), y: 160 }, size: 100, rollRadians: 0 },
    ];
    const { seen } = await track(script, 60, {}, noisy(1, 10));
    const [stays] = idsOf(seen, 0);
    expect(idsOf(seen, 0)).toEqual(Array(60).fill(stays));
    expect(new Set(idsOf(seen.slice(0, 15), 1))).toEqual(new Set([3 - stays]));
    for (const { faces } of seen.slice(28, 33)) expect(faces.map(({ id }) => id)).toEqual([stays]);
    expect(new Set(idsOf(seen.slice(48), 1))).toEqual(new Set([3]));
  });
});

describe('FaceTracker: smoothing', () => {
  /** Root mean square over frames and landmarks of the change from frame to frame. */
  function jitter(seen: Awaited<ReturnType<typeof track>>['seen'], from: number): number {
    let [sum, count] = [0, 0];
    for (let i = from; i < seen.length; i++) {
      seen[i].faces[0].landmarksFloat.forEach(({ x, y }, k) => {
        const before = seen[i - 1].faces[0].landmarksFloat[k];
        sum += (x - before.x) ** 2 + (y - before.y) ** 2;
        count++;
      });
    }
    return Math.sqrt(sum / count);
  }

  /**
   * Against the drawn landmarks, from a frame on: the root mean squares of the error and of its change from frame to frame,
   * pixels, and how many frames the landmarks lie behind, the error projected on the true motion.
   */
  function compareWithTruth(seen: Awaited<ReturnType<typeof track>>['seen'], from: number) {
    let [error, change, behind, motion, count] = [0, 0, 0, 0, 0];
    for (let i = from; i < seen.length; i++) {
      seen[i].faces[0].landmarksFloat.forEach(({ x, y }, k) => {
        const [truth, truthBefore] = [seen[i].truths[0].landmarks[k], seen[i - 1].truths[0].landmarks[k]];
        const before = seen[i - 1].faces[0].landmarksFloat[k];
        const [ex, ey] = [x - truth.x, y - truth.y];
        const [vx, vy] = [truth.x - truthBefore.x, truth.y - truthBefore.y];
        error += ex ** 2 + ey ** 2;
        change += (ex - before.x + truthBefore.x) ** 2 + (ey - before.y + truthBefore.y) ** 2;
        behind -= ex * vx + ey * vy;
        motion += vx ** 2 + vy ** 2;
        count++;
      });
    }
    return { error: Math.sqrt(error / count), jitter: Math.sqrt(change / count), lag: behind / motion };
  }

  it('takes at least two thirds of the jitter from a face at rest', async () => {
    const raw = await track(() => [still], 60, { smoothing: false }, noisy(1, 5));
    const smooth = await track(() => [still], 60, {}, noisy(1, 5));
    const factor = jitter(raw.seen, 15) / jitter(smooth.seen, 15);
    console.log(`jitter falls by ${factor.toFixed(1)} x`);
    expect(factor).toBeGreaterThan(3);
  });

  it('stays less than one frame behind a face that crosses the picture in two seconds', async () => {
    const speed = WIDTH / 2 / RATE;
    const script: Script = (i) => [{ center: { x: 80 + speed * i, y: 160 }, size: 100, rollRadians: 0 }];
    const { seen } = await track(script, 36, {}, noisy(1, 6));
    const lags = seen.slice(12).map(({ faces, truths }) => {
      const truth = truths[0].landmarks.reduce((sum, { x }) => sum + x, 0) / 106;
      return (truth - middle(faces[0]).x) / speed;
    });
    const worst = Math.max(...lags.map(Math.abs));
    console.log(`lag ${(lags.reduce((a, b) => a + b) / lags.length).toFixed(2)} frames, at most ${worst.toFixed(2)}`);
    expect(worst).toBeLessThan(1);
  });

  const degrees = Math.PI / 180;
  it.each<[string, Script]>([
    ['turns by half a degree a frame', (i) => [{ ...still, rollRadians: 0.5 * degrees * (i - 30) }]],
    ['turns by two degrees a frame', (i) => [{ ...still, rollRadians: 2 * degrees * (i - 30) }]],
    ['comes nearer by 1.5 % a frame', (i) => [{ ...still, size: 70 * 1.015 ** i }]],
    ['moves by 2 pixels a frame', (i) => [{ ...still, center: { x: 100 + 2 * i, y: 160 } }]],
  ])('stays less than one frame behind a face that %s, with a third of its jitter', async (_, script) => {
    const raw = compareWithTruth((await track(script, 60, { smoothing: false }, noisy(1, 7))).seen, 20);
    const smooth = compareWithTruth((await track(script, 60, {}, noisy(1, 7))).seen, 20);
    const factor = raw.jitter / smooth.jitter;
    console.log(`jitter falls by ${factor.toFixed(1)} x, lag ${smooth.lag.toFixed(2)} frames`);
    expect(smooth.lag).toBeLessThan(1);
    expect(factor).toBeGreaterThanOrEqual(3);
    expect(smooth.error).toBeLessThan(raw.error);
  });

  it('keeps box and key points on a face that turns', async () => {
    const script: Script = (i) => [{ ...still, rollRadians: 2 * degrees * (i - 30) }];
    const { seen } = await track(script, 60, {}, noisy(1, 7));
    const { seen: raw } = await track(script, 60, { smoothing: false });
    seen.slice(20).forEach(({ faces: [{ box, keypoints }] }, i) => {
      const [{ box: truth, keypoints: places }] = raw[i + 20].faces;
      for (const side of ['x1', 'y1', 'x2', 'y2'] as const) expect(Math.abs(box[side] - truth[side])).toBeLessThan(12);
      keypoints.forEach(({ x, y }, k) => {
        expect(Math.hypot(x - places[k].x, y - places[k].y)).toBeLessThan(6);
      });
    });
  });

  it('leaves the faces as measured when it is off', async () => {
    const { seen } = await track(() => [still], 3, { smoothing: false });
    for (const { faces, truths } of seen) {
      faces[0].landmarksFloat.forEach(({ x, y }, i) => {
        const { x: tx, y: ty } = truths[0].landmarks[i];
        expect(Math.hypot(x - tx, y - ty)).toBeLessThan(2);
      });
    }
  });
});

describe('OneEuroFilter', () => {
  const options = { minCutoff: 1, beta: 0, speedCutoff: 1 };

  it('begins with the first value and keeps a constant', () => {
    const filter = new OneEuroFilter(options);
    for (let i = 0; i < 5; i++) expect([...filter.next(Float64Array.of(3, -4), 0.1)]).toEqual([3, -4]);
  });

  it('moves by the share of a first-order low-pass: worked by hand', () => {
    const filter = new OneEuroFilter(options);
    filter.next(Float64Array.of(0), 0.1);
    // tau = 1 / (2 pi), share = 1 / (1 + tau / 0.1)
    expect(filter.next(Float64Array.of(1), 0.1)[0]).toBeCloseTo(1 / (1 + 10 / (2 * Math.PI)), 12);
  });

  it('follows more closely the faster the value moves', () => {
    const step = (beta: number) => {
      const filter = new OneEuroFilter({ ...options, beta });
      filter.next(Float64Array.of(0), 0.1);
      return filter.next(Float64Array.of(1), 0.1)[0];
    };
    expect(step(1)).toBeGreaterThan(step(0));
  });

  it('keeps its value when no time has passed', () => {
    const filter = new OneEuroFilter(options);
    filter.next(Float64Array.of(1), 0.1);
    expect(filter.next(Float64Array.of(9), 0)[0]).toBe(1);
  });
});

describe('matchFaces', () => {
  const at = (x: number) => {
    const points = [-20, 0, 20].flatMap((dx) => [-20, 20].map((dy) => ({ x: x + dx, y: dy })));
    return { box: { x1: x - 30, y1: -30, x2: x + 30, y2: 30 }, landmarksFloat: points };
  };

  it('pairs the nearest first, each once, and leaves strangers', () => {
    expect(matchFaces([at(0), at(100)], [at(104), at(3), at(400)])).toEqual([1, 0]);
    expect(matchFaces([at(0)], [at(300)])).toEqual([undefined]);
    expect(matchFaces([], [at(0)])).toEqual([]);
  });
});

describe('FaceTracker: options', () => {
  it('are checked', async () => {
    const networks = { detector, landmarker };
    expect(() => new FaceTracker(networks, { detectEvery: 0 })).toThrow(InvalidOptionError);
    expect(() => new FaceTracker(networks, { maxMissing: -1 })).toThrow(InvalidOptionError);
    expect(() => new FaceTracker(networks, null as never)).toThrow(InvalidOptionError);
    expect(() => new FaceTracker(undefined as never)).toThrow(InvalidOptionError);
    const { image } = drawScene({ seed: 1, width: 64, height: 64, faces: 0 });
    await expect(new FaceTracker(networks).track(image, Number.NaN)).rejects.toThrow(InvalidOptionError);
  });

  it.each([
    ['smoothing', true],
    ['smoothing', 'much'],
    ['smoothing.position', {}],
    ['smoothing.shape', { ...DEFAULT_SMOOTHING, shape: undefined }],
    ['smoothing.rotationScale', { ...DEFAULT_SMOOTHING, rotationScale: 3 }],
    [
      'smoothing.position.minCutoff',
      { ...DEFAULT_SMOOTHING, position: { ...DEFAULT_SMOOTHING.position, minCutoff: Number.NaN } },
    ],
    ['smoothing.shape.speedCutoff', { ...DEFAULT_SMOOTHING, shape: { ...DEFAULT_SMOOTHING.shape, speedCutoff: -1 } }],
  ])('of smoothing are checked by name: %s', (subject, smoothing) => {
    let error: unknown;
    try {
      new FaceTracker({ detector, landmarker }, { smoothing: smoothing as never });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ subject });
  });

  it.each([
    undefined,
    {},
    { minCutoff: Number.NaN, beta: 0, speedCutoff: 1 },
    { minCutoff: 1, beta: -1, speedCutoff: 1 },
    { minCutoff: 1, beta: 0, speedCutoff: Number.POSITIVE_INFINITY },
  ])('of the One Euro filter are checked: %j', (options) => {
    expect(() => new OneEuroFilter(options as never)).toThrow(InvalidOptionError);
  });
});
