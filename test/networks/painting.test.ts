// The built-in set on a real face, on every machine: it is found, and the composed graph gives the same bits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectionResult } from '../../src/detector/detection-result.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { readImage } from '../../src/node/images/image-file.js';
import { findModels } from '../../src/node/models/find-models.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import { createPool } from '../../src/node/pool/create-pool.js';
import type { PixelImage } from '../../src/types.js';
import { VERSION } from '../../src/version.js';
import { TwoWays } from '../support/two-ways.js';

/** Where the face lies in the painting, set by eye: corners of the eyes, tip of the nose, corners of the mouth, chin. */
const LANDMARKS = {
  35: [280, 250],
  39: [315, 251],
  89: [361, 250],
  93: [401, 248],
  86: [325, 314],
  52: [306, 345],
  61: [370, 342],
  0: [338, 400],
} as const;

let detector: FacialLandmarkDetector;
let result: DetectionResult;
beforeAll(async () => {
  // By its name: this machine may have other networks in FACIAL_LMK_MODELS.
  detector = await FacialLandmarkDetector.load({ networks: 'mediapipe', licence: 'commercial' });
  result = await detector.detect(SAMPLE_PICTURE, { iouThreshold: 0.3 });
});
afterAll(() => detector.close());

describe('the built-in networks on a painted face', () => {
  it('find it, and place its landmarks', () => {
    expect(result.faces).toHaveLength(1);
    const [{ landmarks }] = result.faces;
    const size = landmarks[93].x - landmarks[35].x;
    for (const [index, [x, y]] of Object.entries(LANDMARKS)) {
      const { x: foundX, y: foundY } = landmarks[Number(index)];
      const share = Math.hypot(foundX - x, foundY - y) / size;
      expect(share, `landmark ${index} at ${foundX}, ${foundY}`).toBeLessThan(0.1);
    }
  });

  it('give the same bits in the composed graph', async () => {
    const { detector: path, landmarker } = await findModels({ networks: 'mediapipe' });
    const ways = await TwoWays.load(path, landmarker);
    const painting = await readImage(SAMPLE_PICTURE);
    expect(await ways.compare(painting)).toEqual({ faces: 1, mismatch: undefined });
    // Parts with the face, each with another side of the detector's input: 512, 512, 544, 608, 640.
    for (const side of [300, 512, 513, 600, 640]) {
      const image = part(painting, side);
      expect({ side, ...(await ways.compare(image)) }).toEqual({ side, faces: 1, mismatch: undefined });
    }
    // Several faces, which the pipeline gives the landmark network together and the graph one by one.
    expect(await ways.compare(beside(part(painting, 300), 5))).toEqual({ faces: 5, mismatch: undefined });
    await ways.close();
  });
});

describe('the receipt of a result', () => {
  it('names set, licence, digests, runtime, options and version', async () => {
    const { identity } = await findModels({ networks: 'mediapipe' });
    expect(result.networks).toEqual({
      set: 'mediapipe',
      licence: 'Apache-2.0',
      digests: identity.digests,
      runtime: { name: 'onnxruntime-node', version: expect.stringMatching(/^1\.\d+/), provider: 'cpu' },
      options: {
        minScore: 0.5,
        iouThreshold: 0.3,
        maxFaces: 1000,
        detectorSide: 640,
        landmarkChannelOrder: 'bgr',
        recall: 'reference',
      },
      version: VERSION,
    });
    expect(JSON.parse(JSON.stringify(result)).networks).toEqual(result.networks);
  });

  it('is the same from a pool, and follows the options of each call', async () => {
    await using pool = await createPool({ networks: 'mediapipe', workers: 1 });
    const { networks } = await pool.detect(SAMPLE_PICTURE, { detectorSide: 320, landmarkChannelOrder: 'rgb' });
    expect(networks).toEqual({
      ...result.networks,
      options: { ...result.networks.options, iouThreshold: 0.4, detectorSide: 320, landmarkChannelOrder: 'rgb' },
    });
  });

  it("says which side the detector's input had for this image", async () => {
    const painting = await readImage(SAMPLE_PICTURE);
    const sides = [];
    for (const side of [100, 512, 530, 640, 700]) {
      const { networks } = await detector.detect(part(painting, side));
      sides.push(networks.options.detectorSide);
    }
    expect(sides).toEqual([512, 512, 544, 640, 640]);
  });
});

/** A picture several times in a row. */
function beside({ data, width, height, rowStride = 3 * width, channelOrder }: PixelImage, times: number): PixelImage {
  const row = 3 * width;
  const all = new Uint8Array(row * times * height);
  for (let y = 0; y < height; y++) {
    const pixels = data.subarray(y * rowStride, y * rowStride + row);
    for (let i = 0; i < times; i++) all.set(pixels, (y * times + i) * row);
  }
  return { data: all, width: width * times, height, channelOrder };
}

/** A square around the face of the painting. */
function part({ data, width, channelOrder }: PixelImage, side: number): PixelImage {
  const [left, top] = [Math.max(0, Math.min(340 - (side >> 1), width - side)), Math.max(0, 280 - (side >> 1))];
  return {
    data: data.subarray(3 * (top * width + left)),
    width: side,
    height: side,
    rowStride: 3 * width,
    channelOrder,
  };
}
