// The stages with stub networks: contracts, options, outcomes that no sound network produces.
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { describe, expect, it } from 'vitest';
import { InferenceError, InvalidImageError, InvalidOptionError, ModelContractError } from '../../src/errors.js';
import { checkLandmarker } from '../../src/landmark106/contract.js';
import { LANDMARK106, type LandmarkSpec } from '../../src/landmark106/spec.js';
import { toNdarray } from '../../src/node/to-ndarray.js';
import { checkDetector } from '../../src/scrfd/contract.js';
import { SCRFD, type ScrfdSpec } from '../../src/scrfd/spec.js';
import { alignFace } from '../../src/stages/align-face.js';
import { type DetectOptions, detectFaces } from '../../src/stages/detect-faces.js';
import { landmarks } from '../../src/stages/landmarks.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { tensor } from '../../src/tensor.js';
import type { Network, PixelImage, Tensor } from '../../src/types.js';
import { type StubOptions, stubDetector, stubLandmarker } from '../support/stub-networks.js';

const gray = (width: number, height: number): PixelImage => ({
  data: new Uint8Array(width * height).fill(90),
  width,
  height,
  channelOrder: 'gray',
});

const boxes = async (network: Network, image: PixelImage, options?: DetectOptions) =>
  (await detectFaces(network, image, options)).map(({ box }) => [box.x1, box.y1, box.x2, box.y2]);

describe('detectFaces', () => {
  it('decodes a hand-worked anchor', async () => {
    const [face] = await detectFaces(stubDetector(), gray(640, 640));
    expect(face.score).toBe(Math.fround(0.9));
    expect(face.box).toEqual({ x1: 280, y1: 120, x2: 360, y2: 200 });
    expect(face.keypoints.map(({ x, y }) => [x, y])).toEqual([
      [304, 144],
      [336, 144],
      [320, 160],
      [307, 176],
      [332, 176],
    ]);
  });

  it.each([
    ['another channel count', [1, 1, 640, 640], 'float32'],
    ['a batch', [2, 3, 640, 640], 'float32'],
    ['an oblong input', [1, 3, 320, 640], 'float32'],
    ['a side between the strides', [1, 3, 650, 650], 'float32'],
    ['a side beyond all measure', [1, 3, 8192, 8192], 'float32'],
    ['bytes', [1, 3, 640, 640], 'uint8'],
  ])('refuses a network whose input is %s', (_, shape, type) => {
    expect(() => checkDetector({ ...stubDetector(), inputs: [{ name: 'in', type, shape }] })).toThrow(
      ModelContractError,
    );
  });

  it('takes outputs in any memory layout', async () => {
    const transposed = (output: Tensor) => {
      const [rows, k] = output.shape;
      const columns = ndarray(new Float32Array(rows * k + 3), [rows, k], [1, rows], 3);
      ops.assign(columns, toNdarray(output));
      return columns;
    };
    const network = stubDetector({ change: (outputs) => outputs.map(transposed) });
    expect(await boxes(network, gray(640, 640))).toEqual([[280, 120, 360, 200]]);
  });

  it('takes outputs of rank 3', async () => {
    expect(await boxes(stubDetector({ rank: 3 }), gray(640, 640))).toEqual([[280, 120, 360, 200]]);
  });

  it('scales by the longer side and clips to the image', async () => {
    expect(await boxes(stubDetector(), gray(1280, 300))).toEqual([[560, 240, 720, 300]]);
  });

  it('gives original pixels for images beyond the canvas of the merged model', async () => {
    expect(await boxes(stubDetector(), gray(6400, 3000))).toEqual([[2800, 1200, 3600, 2000]]);
  });

  it('refuses such images where that is asked for, and takes 1920', async () => {
    await expect(detectFaces(stubDetector(), gray(1921, 10), { largeImages: 'refuse' })).rejects.toThrow(
      InvalidImageError,
    );
    await expect(detectFaces(stubDetector(), gray(1920, 10), { largeImages: 'refuse' })).resolves.toHaveLength(1);
  });

  it('takes other multiples of 32 as the side', async () => {
    expect(await boxes(stubDetector({ side: 320 }), gray(320, 320), { detectorSide: 320 })).toEqual([
      [120, 120, 200, 200],
    ]);
  });

  it('finds nothing below minScore: an empty array', async () => {
    expect(await detectFaces(stubDetector(), gray(64, 64), { minScore: 0.9 })).toEqual([]);
  });

  it.each([
    ['minScore', Number.NaN],
    ['minScore', -0.1],
    ['minScore', '0.5'],
    ['iouThreshold', 1.5],
    ['maxFaces', 0],
    ['maxFaces', 2.5],
    ['detectorSide', 100],
    ['detectorSide', -32],
    ['detectorSide', 1e9],
  ])('refuses %s = %s', async (name, value) => {
    const options = { [name]: value } as DetectOptions;
    await expect(detectFaces(stubDetector(), gray(8, 8), options)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      subject: name,
    });
  });

  it('refuses another side than a network with a fixed input takes', async () => {
    const fixed = { ...stubDetector(), inputs: [{ name: 'in', type: 'float32', shape: [1, 3, 640, 640] }] };
    await expect(detectFaces(fixed, gray(8, 8), { detectorSide: 320 })).rejects.toThrow(InvalidOptionError);
    await expect(detectFaces(fixed, gray(8, 8))).resolves.toHaveLength(1);
  });
});

describe('what no sound detector returns', () => {
  const detect = (change: StubOptions['change']) => detectFaces(stubDetector({ change }), gray(640, 640));

  it.each([
    ['a NaN score', 0, 5, Number.NaN],
    ['an infinite score', 0, 5, Number.POSITIVE_INFINITY],
    ['a score above 1', 0, 5, 1.5],
    ['a NaN box where a score passes', 4, 840 * 4, Number.NaN],
    ['an infinite key point where a score passes', 7, 840 * 10, Number.NEGATIVE_INFINITY],
  ])('%s is an InferenceError', async (_, output, index, value) => {
    await expect(
      detect((outputs) => {
        outputs[output].data[index] = value;
        return outputs;
      }),
    ).rejects.toThrow(InferenceError);
  });

  it('coordinates that are not finite do no harm below the threshold', async () => {
    const faces = await detect((outputs) => {
      outputs[3].data.fill(Number.NaN);
      return outputs;
    });
    expect(faces).toHaveLength(1);
  });

  it('negative distances turn a box inside out; corners come as the network gives them', async () => {
    const [face] = await detect((outputs) => {
      outputs[4].data.fill(-1);
      return outputs;
    });
    expect(face.box).toEqual({ x1: 336, y1: 176, x2: 304, y2: 144 });
  });

  it('all scores 1 gives at most maxFaces faces', async () => {
    const faces = await detect((outputs) => {
      for (const scores of outputs.slice(0, 3)) scores.data.fill(1);
      for (const distances of outputs.slice(3, 6)) distances.data.fill(0.4);
      return outputs;
    });
    expect(faces).toHaveLength(1000);
  });

  it.each<[string, (outputs: Tensor[]) => Tensor[]]>([
    ['no output', () => []],
    ['six outputs', (outputs) => outputs.slice(0, 6)],
    [
      'outputs of another size',
      (outputs) => outputs.map((output, i) => (i === 4 ? tensor(new Float32Array(8), [2, 4]) : output)),
    ],
    ['rank 4', (outputs) => outputs.map((output) => tensor(output.data, [1, 1, ...output.shape]))],
    ['outputs in another order', (outputs) => outputs.toReversed()],
    [
      'fewer values than their shape says',
      (outputs) => outputs.map(({ data, shape }) => tensor(data.subarray(1), shape)),
    ],
  ])('%s is a ModelContractError', async (_, change) => {
    await expect(detect(change)).rejects.toThrow(ModelContractError);
  });

  it.each([undefined, null, {}])('a run that gives %s is a ModelContractError', async (nothing) => {
    const infer = async () => nothing as never;
    await expect(detectFaces({ ...stubDetector(), infer }, gray(8, 8))).rejects.toThrow(ModelContractError);
  });

  it('passes on what the network throws', async () => {
    const network = { ...stubDetector(), infer: () => Promise.reject(new Error('out of memory')) };
    await expect(detectFaces(network, gray(8, 8))).rejects.toThrow('out of memory');
  });
});

describe('contracts', () => {
  it('accepts the stubs', () => {
    expect(() => checkDetector(stubDetector())).not.toThrow();
    expect(() => checkDetector(stubDetector({ rank: 3 }))).not.toThrow();
    expect(() => checkLandmarker(stubLandmarker())).not.toThrow();
  });

  it('refuses one network in the place of the other, and names what was expected', () => {
    expect(() => checkDetector(stubLandmarker())).toThrow(/SCRFD network with key points.*stub landmarker.*1 outputs/);
    expect(() => checkLandmarker(stubDetector())).toThrow(/106-point landmark network.*stub detector/);
  });

  it.each(['inputs', 'outputs'] as const)('are told by the type of their %s, not only by shapes', (side) => {
    for (const [network, check] of [
      [stubLandmarker(), checkLandmarker],
      [stubDetector(), checkDetector],
    ] as const) {
      const half = { ...network, [side]: network[side].map((info) => ({ ...info, type: 'float16' })) };
      expect(() => check(half)).toThrow(/float32.* but received .*\] float16/);
    }
  });

  it('refuses an SCRFD export without key points', () => {
    const network = stubDetector();
    expect(() => checkDetector({ ...network, outputs: network.outputs.slice(0, 6) })).toThrow(ModelContractError);
  });
});

describe('landmarks', () => {
  const keypoints = [
    { x: 40, y: 40 },
    { x: 60, y: 40 },
    { x: 50, y: 52 },
    { x: 42, y: 62 },
    { x: 58, y: 62 },
  ];
  const aligned = alignFace(gray(100, 100), keypoints);

  it('maps the centre of the landmark input to the centre of the crop in the image', async () => {
    const [{ landmarks: points, landmarksFloat }] = await landmarks(stubLandmarker(), [aligned]);
    // (96, 96) in the landmark input is (112, 112) in the crop.
    const { data } = aligned.cropToImage;
    expect(landmarksFloat[0].x).toBeCloseTo(112 * data[0] + 112 * data[1] + data[2], 4);
    expect(landmarksFloat[0].y).toBeCloseTo(112 * data[3] + 112 * data[4] + data[5], 4);
    expect(points[0]).toEqual({ x: Math.trunc(landmarksFloat[0].x), y: Math.trunc(landmarksFloat[0].y) });
  });

  it('keeps batches bounded and in order', async () => {
    const sizes: number[] = [];
    const network: Network = {
      ...stubLandmarker(),
      infer: async ({ shape, data }) => {
        sizes.push(shape[0]);
        const size = 3 * 192 * 192;
        const values = Float32Array.from({ length: shape[0] * 212 }, (_, i) => data[Math.floor(i / 212) * size] / 1e6);
        return [tensor(values, [shape[0], 212])];
      },
    };
    const faces = Array.from({ length: 70 }, (_, i) => {
      const input = new Float32Array(3 * 192 * 192);
      input[0] = i;
      return { ...aligned, landmarkInput: tensor(input, [3, 192, 192]) };
    });
    const sets = await landmarks(network, faces);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
    expect(sizes.reduce((a, b) => a + b)).toBe(70);
    const xs = sets.map((set) => set.landmarksFloat[0].x);
    expect(xs).toEqual(xs.toSorted((a, b) => a - b));
    expect(new Set(xs).size).toBeGreaterThan(60);
  });

  it('refuses options also where there is no face', async () => {
    const networks = {
      detector: stubDetector({ change: (outputs) => outputs.map((o) => tensor(o.data.fill(0), o.shape)) }),
      landmarker: stubLandmarker(),
    };
    expect(await analyzeFaces(networks, gray(64, 64))).toEqual([]);
    const wrong = { landmarkChannelOrder: 'rgba' as never };
    await expect(analyzeFaces(networks, gray(64, 64), wrong)).rejects.toThrow(InvalidOptionError);
  });

  it.each<[string, unknown]>([
    ['pairs instead of points', Array(5).fill([10, 20])],
    ['text instead of numbers', Array(5).fill({ x: '10', y: '20' })],
    ['holes', new Array(5)],
  ])('refuses key points that are %s', (_, points) => {
    expect(() => alignFace(gray(64, 64), points as never)).toThrow(InvalidOptionError);
  });

  it('fills up the batch of a network that takes no smaller one', async () => {
    const sizes: number[] = [];
    const { infer, ...info } = stubLandmarker(0.25);
    const network: Network = {
      ...info,
      inputs: [{ name: 'data', type: 'float32', shape: [3, 3, 192, 192] }],
      infer: (input) => {
        sizes.push(input.shape[0]);
        return infer(input);
      },
    };
    const image = gray(300, 300);
    const points = [100, 140, 120, 105, 135].map((x, i) => ({ x, y: [100, 100, 120, 140, 140][i] }));
    const aligned = Array.from({ length: 5 }, () => alignFace(image, points));
    expect(await landmarks(network, aligned)).toEqual(await landmarks(stubLandmarker(0.25), aligned));
    expect(sizes).toEqual([3, 3]);
  });

  it('refuses outputs that are not finite or of another shape', async () => {
    await expect(landmarks(stubLandmarker(Number.NaN), [aligned])).rejects.toThrow(InferenceError);
    const short = { ...stubLandmarker(), infer: async () => [tensor(new Float32Array(136), [1, 136])] };
    await expect(landmarks(short, [aligned])).rejects.toThrow(ModelContractError);
  });

  it('of no faces are no landmarks, without a run', async () => {
    const network = { ...stubLandmarker(), infer: () => Promise.reject(new Error('ran')) };
    expect(await landmarks(network, [])).toEqual([]);
  });
});

describe('what no sound landmarker returns', () => {
  const analyze = (infer: Network['infer']) =>
    analyzeFaces({ detector: stubDetector(), landmarker: { ...stubLandmarker(), infer } }, gray(640, 640));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no output', []],
    ['two outputs', [tensor(new Float32Array(212), [1, 212]), tensor(new Float32Array(212), [1, 212])]],
    ['another rank', [tensor(new Float32Array(212), [1, 1, 212])]],
    ['too many faces', [tensor(new Float32Array(424), [2, 212])]],
    ['too few points', [tensor(new Float32Array(136), [1, 136])]],
    ['fewer values than its shape says', [tensor(new Float32Array(211), [1, 212])]],
  ])('%s is a ModelContractError', async (_, outputs) => {
    await expect(analyze(async () => outputs as Tensor[])).rejects.toThrow(ModelContractError);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38])(
    '%s is an InferenceError',
    async (value) => {
      const values = new Float32Array(212).with(77, value);
      await expect(analyze(async () => [tensor(values, [1, 212])])).rejects.toThrow(InferenceError);
    },
  );

  it('passes on what the network throws', async () => {
    await expect(analyze(() => Promise.reject(new Error('out of memory')))).rejects.toThrow('out of memory');
    await expect(
      analyze(() => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
  });
});

describe('a call that is aborted', () => {
  it('before it starts runs no network', async () => {
    const infer = () => Promise.reject(new Error('ran'));
    const networks = { detector: { ...stubDetector(), infer }, landmarker: { ...stubLandmarker(), infer } };
    const signal = AbortSignal.abort('changed my mind');
    await expect(analyzeFaces(networks, gray(64, 64), { signal })).rejects.toBe('changed my mind');
  });

  it('while a slow detector runs ends with the reason, and the landmarker never runs', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const detector = stubDetector();
    const slow: Network['infer'] = async (input) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(reason);
      return detector.infer(input);
    };
    const networks = {
      detector: { ...detector, infer: slow },
      landmarker: { ...stubLandmarker(), infer: () => Promise.reject(new Error('ran')) },
    };
    await expect(analyzeFaces(networks, gray(64, 64), { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('networks with a spec of their own', () => {
  const detectorSpec: ScrfdSpec = { ...SCRFD, side: 64, mean: 0, std: 255, strides: [32], anchorsPerCell: 1 };
  const landmarkerSpec: LandmarkSpec = { ...LANDMARK106, points: 68, batch: 2 };
  let seen: Tensor;
  /** Two by two cells of one anchor; one face of 20 pixels around the cell at (32, 32). */
  const detector: Network = {
    name: 'one level',
    inputs: [{ name: 'in', type: 'float32', shape: [1, 3, '?', '?'] }],
    outputs: [1, 4, 10].map((length) => ({ name: `${length}`, type: 'float32', shape: [4, length] })),
    infer: async (input) => {
      seen = { data: input.data.slice(), shape: input.shape };
      const outputs = [1, 4, 10].map((length) => tensor(new Float32Array(4 * length), [4, length]));
      outputs[0].data[3] = 0.75;
      outputs[1].data.fill(10 / 32, 12);
      outputs[2].data.set([-0.2, -0.2, 0.2, -0.2, 0, 0, -0.2, 0.2, 0.2, 0.2], 30);
      return outputs;
    },
  };
  const landmarker: Network = {
    ...stubLandmarker(),
    outputs: [{ name: 'fc1', type: 'float32', shape: ['None', 136] }],
    infer: async ({ shape }) => [tensor(new Float32Array(shape[0] * 136), [shape[0], 136])],
  };

  it('go through the same stages', async () => {
    checkDetector(detector, detectorSpec);
    checkLandmarker(landmarker, landmarkerSpec);
    const networks = { detector, landmarker, detectorSpec, landmarkerSpec };
    const [face, ...others] = await analyzeFaces(networks, gray(128, 128));
    expect(others).toEqual([]);
    expect(seen.shape).toEqual([1, 3, 64, 64]);
    expect(seen.data[0]).toBeCloseTo(90 / 255, 6);
    expect(face).toMatchObject({ score: 0.75, box: { x1: 44, y1: 44, x2: 84, y2: 84 } });
    expect(face.landmarks).toHaveLength(68);
  });

  it('are refused without it', () => {
    expect(() => checkDetector(detector)).toThrow(ModelContractError);
    expect(() => checkLandmarker(landmarker)).toThrow(ModelContractError);
  });
});

describe('analyzeFaces', () => {
  it('joins the stages', async () => {
    const networks = { detector: stubDetector(), landmarker: stubLandmarker() };
    const [face, ...rest] = await analyzeFaces(networks, gray(640, 640));
    expect(rest).toEqual([]);
    expect(face.landmarks).toHaveLength(106);
    expect(face.crop.shape).toEqual([224, 224, 3]);
    expect(face.degenerate).toBe(false);
    expect(face).not.toHaveProperty('landmarkInput');
  });

  it('gives a face with identical key points one outcome: marked, finite, its landmarks at the origin', async () => {
    const collapse = (outputs: Tensor[]) => {
      outputs[7].data.fill(0);
      return outputs;
    };
    const networks = { detector: stubDetector({ change: collapse }), landmarker: stubLandmarker() };
    const [face] = await analyzeFaces(networks, gray(640, 640));
    expect(face.degenerate).toBe(true);
    expect([...face.imageToCrop.data]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(face.landmarks.every(({ x, y }) => x === 0 && y === 0)).toBe(true);
  });

  it('crops a face outside the image to black', async () => {
    const far = [1000, 1020, 1010, 1002, 1018].map((x, i) => ({ x, y: 1000 + [0, 0, 12, 22, 22][i] }));
    expect(alignFace(gray(100, 100), far).crop.data.every((sample) => sample === 0)).toBe(true);
  });
});
