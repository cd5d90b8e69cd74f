// What the detector is given of images beyond 1920 pixels, against an area average that shares nothing with the kernels:
// whole numbers, every source pixel handed out to the output pixels that it lies under.
import { describe, expect, it } from 'vitest';
import { pixelView } from '../../src/image/pixel-image.js';
import { plainKernels } from '../../src/kernels/plain-kernels.js';
import { SCRFD } from '../../src/scrfd/spec.js';
import { detectFaces } from '../../src/stages/detect-faces.js';
import type { PixelImage, Tensor } from '../../src/types.js';
import { noise } from '../support/face.js';
import { stubDetector } from '../support/stub-networks.js';

/** In units of 1 / side of a pixel, an output pixel is as long as the longer side of the image, and a pixel as the side. */
function exactAverage({ data, width, height }: PixelImage, side: number): Float64Array {
  const length = Math.max(width, height);
  /** The output pixels that a source pixel lies under, and how many units of it. */
  const shares = (pixel: number): [output: number, units: number][] => {
    const found: [number, number][] = [];
    for (let o = Math.floor((pixel * side) / length); o * length < (pixel + 1) * side; o++) {
      found.push([o, Math.min((pixel + 1) * side, (o + 1) * length) - Math.max(pixel * side, o * length)]);
    }
    return found;
  };
  const columns = Array.from({ length: width }, (_, x) => shares(x));
  // Sums of value times area stay below 2^53: exact.
  const sums = new Float64Array(3 * side * side);
  for (let y = 0; y < height; y++) {
    for (const [oy, rows] of shares(y)) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 3;
        // Twice the difference to the mean of 127.5 is whole.
        const red = 2 * data[at] - 2 * SCRFD.mean;
        const green = 2 * data[at + 1] - 2 * SCRFD.mean;
        const blue = 2 * data[at + 2] - 2 * SCRFD.mean;
        for (const [ox, units] of columns[x]) {
          const to = oy * side + ox;
          sums[to] += red * units * rows;
          sums[to + side * side] += green * units * rows;
          sums[to + 2 * side * side] += blue * units * rows;
        }
      }
    }
  }
  return sums.map((sum) => sum / (2 * SCRFD.std * length * length));
}

/** The detector's input for an image, by the stage itself. */
async function detectorInput(image: PixelImage, side: number): Promise<Float32Array> {
  const network = stubDetector({ side });
  let input: Tensor | undefined;
  const infer = network.infer.bind(network);
  network.infer = (tensor) => {
    // The stage may use the memory again.
    input = { ...tensor, data: tensor.data.slice() };
    return infer(tensor);
  };
  await detectFaces(network, image, { detectorSide: side });
  return input?.data as Float32Array;
}

describe('an image beyond 1920 pixels', () => {
  it.each([
    [1921, 1080, 640],
    [400, 1921, 640],
    [2500, 1875, 640],
    [4000, 300, 640],
    [3, 2048, 320],
    [5003, 211, 1280],
  ])('%i x %i for a side of %i is averaged by area, rounded once', async (width, height, side) => {
    const image = noise(width, height, width);
    const [expected, received] = [exactAverage(image, side), await detectorInput(image, side)];
    expect(received).toHaveLength(expected.length);
    let worst = 0;
    for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(received[i] - expected[i]));
    // Half a unit in the last place of a float32 below 1, and what float64 sums of fractions lose.
    expect(worst).toBeLessThan(2 ** -25 + 1e-12);
  });

  it('is another one than the bilinear letterbox gives up to 1920 pixels, where there is something to average', async () => {
    const image = noise(1921, 64, 3);
    const bilinear = new Float32Array(3 * 640 * 640);
    plainKernels.letterboxBilinear(pixelView(image), 640, SCRFD, bilinear);
    expect(await detectorInput(image, 640)).not.toEqual(bilinear);
    expect(await detectorInput(noise(1920, 64, 3), 640)).not.toEqual(bilinear);
  });
});
