// Several images in one run of a detector, on a network that leaves their number open.
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectionResult } from '../../src/detector/detection-result.js';
import { FaceDetector } from '../../src/detector/face-detector.js';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { pixelView } from '../../src/image/pixel-image.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { inBatches, takesBatches } from '../../src/runtime/in-batches.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { detectorInput } from '../../src/stages/detector-input.js';
import type { PixelImage, Tensor } from '../../src/types.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { scrfdStandIn } from '../support/scrfd-stand-in.js';
import { stubLandmarker } from '../support/stub-networks.js';

const SIDE = 160;
const scene = (seed: number, width = 300, height = 200): PixelImage =>
  drawScene({ seed, width, height, faces: 2 }).image;
const inputOf = (image: PixelImage, side = SIDE) => detectorInput(pixelView(image), side).tensor;
const images = [1, 2, 3, 4, 5].map((seed) => scene(seed));

let network: OnnxNetwork;
beforeAll(async () => {
  network = await loadNetwork(scrfdStandIn(1));
});
afterAll(async () => {
  await network.close();
});

/** The network in batches, and how many images each of its runs had. */
function counted(change: (input: Tensor) => void = () => {}) {
  const runs: number[] = [];
  const infer = async (input: Tensor) => {
    runs.push(input.shape[0]);
    change(input);
    return network.infer(input);
  };
  return { runs, batched: inBatches({ ...network, infer }) };
}

const inferAll = (target: OnnxNetwork, inputs: readonly Tensor[]) =>
  Promise.all(inputs.map((input) => target.infer(input)));
const oneByOne = async (inputs: readonly Tensor[]) => {
  const outputs: Tensor[][] = [];
  for (const input of inputs) outputs.push(await network.infer(input));
  return outputs;
};

describe('inBatches', () => {
  it('runs what waits together, and gives every image the bits that it has alone', async () => {
    const { runs, batched } = counted();
    const inputs = images.map((image) => inputOf(image));
    expect(await inferAll(batched, inputs)).toEqual(await oneByOne(inputs));
    expect(runs).toEqual([1, 4]);
  });

  it('puts images of one size together, and never more than eight', async () => {
    const { runs, batched } = counted();
    const inputs = Array.from({ length: 14 }, (_, i) => inputOf(images[i % 5], i % 3 === 1 ? 96 : SIDE));
    expect(await inferAll(batched, inputs)).toEqual(await oneByOne(inputs));
    expect(runs).toEqual([1, 5, 8]);
  });

  it('runs images alone where a card has no room for several, and fails those that fail alone', async () => {
    const inputs = images.map((image) => inputOf(image));
    const { runs, batched } = counted(({ data, shape }) => {
      if (shape[0] > 1) throw new Error('no room');
      if (data[0] === inputs[3].data[0]) throw new Error('this one');
    });
    inputs[3].data[0] = 77;
    const settled = await Promise.allSettled(inputs.map((input) => batched.infer(input)));
    expect(runs).toEqual([1, 4, 1, 1, 1, 1]);
    expect(settled.map(({ status }) => status)).toEqual(inputs.map((_, i) => (i === 3 ? 'rejected' : 'fulfilled')));
  });

  it('leaves a network with one image a run as it is', async () => {
    await using fixed = await loadNetwork(DRAWN_FACES.detector);
    expect([takesBatches(network), takesBatches(fixed)]).toEqual([true, false]);
    expect(inBatches(fixed)).toBe(fixed);
  });
});

describe('detectBatch', () => {
  const open = (detector: OnnxNetwork) =>
    new FaceDetector<PixelImage, object>({
      detector,
      landmarker: { ...detector, ...stubLandmarker() },
      identity: { set: 'test', licence: 'MIT', digests: { detector: '', landmarker: '' } },
      version: '0',
      readOptions: {},
      readPixels: async (pixels) => {
        if (pixels.width === 1) throw new Error('no image');
        return { pixels, name: 'test', decoder: 'none' };
      },
    });
  const options = { detectorSide: SIDE, maxFaces: 5 };
  const facesOf = (results: readonly DetectionResult[]) => results.map(({ faces }) => faces);

  it('finds in images of any size what detect finds in each alone', async () => {
    const all = [...images, scene(6, 120, 500), scene(7, 64, 64)];
    const { runs, batched } = counted();
    const alone = open(network);
    const expected = [];
    for (const image of all) expected.push((await alone.detect(image, options)).faces);
    const results = await open(batched).detectBatch(all, options);
    expect(isDeepStrictEqual(facesOf(results), expected)).toBe(true);
    expect(expected.flat().length).toBeGreaterThan(20);
    expect(runs.length).toBeLessThan(all.length);
    expect(isDeepStrictEqual(facesOf(await alone.detectBatch(all, options)), expected)).toBe(true);
  });

  it('fails with the first image that fails, when all have ended, and finds nothing in no images', async () => {
    const detector = open(network);
    const none = { ...images[0], width: 1 } as PixelImage;
    await expect(detector.detectBatch([images[0], none, images[1]], options)).rejects.toThrow('no image');
    expect(await detector.detectBatch([], options)).toEqual([]);
    await expect(detector.detectBatch(images[0] as never)).rejects.toThrow(/an array/);
  });
});
