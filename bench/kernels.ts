import {
  anchorLevels,
  decodeAnchors,
  defaultKernels,
  detectorInput,
  estimateCropTransforms,
  type Kernels,
  type PixelView,
  pixelView,
  plainKernels,
  type ScrfdOutputs,
  sortOutputs,
} from 'onnx-facial-lmk-detector/kernels';
import { affineMatrix, LANDMARK106, loadNetwork, type Network, SCRFD } from 'onnx-facial-lmk-detector/node';
import { Random } from '../src/drawn-faces/random.js';
import { suppress } from '../src/ops/nms.js';
import { levelsOf } from '../src/scrfd/anchors.js';
import { sortTensors } from '../src/scrfd/contract.js';
import { decodeRows } from '../src/scrfd/decode.js';
import { naiveLetterbox, naiveWarp, sample } from '../test/support/naive-kernels.js';
import type { Bench, BenchImage } from './bench.js';
import { type Contender, measure } from './harness.js';

const SIDE = SCRFD.side;
const BASELINE = 'one detector run';

function noise(random: Random, width: number, height: number): PixelView {
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(0, 255));
  return pixelView({ data, width, height, channelOrder: 'rgb' });
}

/** A face of medium size, upright but for a few degrees. */
const [TRANSFORM] = estimateCropTransforms([
  [
    { x: 520, y: 300 },
    { x: 610, y: 310 },
    { x: 560, y: 350 },
    { x: 525, y: 400 },
    { x: 600, y: 408 },
  ],
]);

/** Detector outputs in which so many anchors pass, their boxes spread over the image. */
function outputsWith(random: Random, candidates: number): ScrfdOutputs {
  const levels = anchorLevels(SIDE);
  const fill = (length: number, value: () => number) => Float32Array.from({ length }, value);
  const outputs = {
    scores: levels.map(({ rows }) => fill(rows, () => random.between(0, 0.45))),
    boxes: levels.map(({ rows }) => fill(rows * SCRFD.boxLength, () => random.between(0.5, 2.5))),
    keypoints: levels.map(({ rows }) => fill(rows * SCRFD.keypointLength, () => random.between(-1, 1))),
  };
  for (let passed = 0; passed < candidates; ) {
    const row = random.integer(0, levels[0].rows - 1);
    if (outputs.scores[0][row] > SCRFD.minScore) continue;
    outputs.scores[0][row] = random.between(0.51, 1);
    passed++;
  }
  return outputs;
}

/** The functions that the pipeline calls, which do not check their arguments as the exported ones do. */
function decodeAndSuppress(outputs: ScrfdOutputs): number[] {
  const found = decodeRows(outputs, levelsOf(SIDE, SCRFD), SCRFD.minScore);
  return suppress(found.boxes, found.scores, SCRFD.iouThreshold, SCRFD.maxFaces);
}

/** The image with most candidates, as the detector sees it. */
async function busiest(network: Network, images: readonly BenchImage[]) {
  const found = [];
  for (const { name, image } of images) {
    const input = detectorInput(pixelView(image), SIDE).tensor;
    const outputs = sortOutputs(network, await network.infer(input), anchorLevels(SIDE));
    found.push({ name, input, candidates: decodeAnchors(outputs, anchorLevels(SIDE), SCRFD.minScore).rows.length });
  }
  return found.reduce((most, other) => (other.candidates > most.candidates ? other : most));
}

/** Each kernel beside one run of the detector: naive, plain TypeScript, WebAssembly. */
export const benchKernels: Bench = async ({ models, images, rounds }) => {
  const random = new Random(1);
  const network = await loadNetwork(models.detector);
  const real = await busiest(network, images);
  let outputs = await network.infer(real.input);
  const image = noise(random, 1280, 720);
  const input = new Float32Array(3 * SIDE * SIDE);
  const crop = new Uint8Array(3 * LANDMARK106.cropSide ** 2);
  const landmarks = new Float32Array(3 * LANDMARK106.inputSide ** 2);
  const letterbox = (kernels: Kernels) => () => kernels.letterboxBilinear(image, SIDE, SCRFD, input);
  const alignedCrops = (kernels: Kernels) => () =>
    kernels.alignedCrops(image, TRANSFORM.imageToCrop, 'bgr', crop, landmarks);
  const channels = [image.blue, image.green, image.red];
  const naiveCrops = () => {
    const exact = naiveWarp((x, y, channel) => sample(image, x, y, channels[channel]), TRANSFORM.imageToCrop, 224);
    crop.set(exact);
    const tap = (x: number, y: number, channel: number) =>
      x < 0 || y < 0 || x >= 224 || y >= 224 ? 0 : exact[(y * 224 + x) * 3 + channel];
    return naiveWarp(tap, affineMatrix(4 / 7, 0, 32, 0, 4 / 7, 32), 192);
  };
  const many = outputsWith(random, 2000);
  const fast = defaultKernels();
  const contenders: Record<string, Contender> = {
    [BASELINE]: async () => {
      outputs = await network.infer(real.input);
    },
    // At once, as in the pipeline: what the network wrote last is still in the cache.
    [`decode + NMS, ${real.candidates} candidates (${real.name})`]: () =>
      decodeAndSuppress(sortTensors(network, outputs, levelsOf(SIDE, SCRFD))),
    'letterbox 1280 x 720, naive': () => naiveLetterbox(image, SIDE),
    'letterbox 1280 x 720, plain': letterbox(plainKernels),
    [`letterbox 1280 x 720, ${fast.name}`]: letterbox(fast),
    'both crops of a face, naive': naiveCrops,
    'both crops of a face, plain': alignedCrops(plainKernels),
    [`both crops of a face, ${fast.name}`]: alignedCrops(fast),
    'decode + NMS, 2000 candidates': () => decodeAndSuppress(many),
  };
  const rows = await measure(contenders, { rounds, baseline: BASELINE });
  await network.close();
  return [{ title: 'Kernels', baseline: BASELINE, rows }];
};
