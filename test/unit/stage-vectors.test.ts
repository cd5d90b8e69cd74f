// Every stage against vectors that the merged model computed on synthetic input; no network needed.
import { describe, expect, it } from 'vitest';
import { estimateCropTransforms } from '../../src/alignment/estimate-crop-transforms.js';
import { pixelView } from '../../src/image/pixel-image.js';
import { decodeLandmarks, inputToImage, truncatePoint } from '../../src/landmark106/decode.js';
import { difference } from '../../src/merged/parity.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import { affineEntries, affineMatrix } from '../../src/ops/affine.js';
import { anchorLevels } from '../../src/scrfd/anchors.js';
import { cropAligned } from '../../src/stages/align-face.js';
import { detectFaces } from '../../src/stages/detect-faces.js';
import { detectorInput } from '../../src/stages/detector-input.js';
import { tensor } from '../../src/tensor.js';
import { KEYPOINT_NAMES, type Network, type PixelImage } from '../../src/types.js';
import { fixture, jsonFixture, sha256 } from '../support/fixtures.js';
import { identical } from '../support/parity.js';

type Cases<T> = { cases: T[] };
type Matrix = [[number, number, number], [number, number, number]];

const toPoints = (pairs: number[][]) => pairs.map(([x, y]) => ({ x, y }));
const toMatrix = ([[a, b, tx], [c, d, ty]]: Matrix) => affineMatrix(a, b, tx, c, d, ty);

describe('detectorInput', () => {
  interface Case {
    q: number;
    r: number;
    width: number;
    height: number;
    tensorSha256: string;
    samples: [number, number][];
  }
  const { cases } = jsonFixture<Cases<Case>>('stages/preprocess.json');

  function pattern({ q, r, width, height }: Case): PixelImage {
    const data = new Uint8Array(width * height * 3);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++, i++) data[i] = (x * q + y * r + c * 50 + ((x * y) >> 4)) & 255;
      }
    }
    return { data, width, height, channelOrder: 'bgr' };
  }

  it.each(cases)('$width x $height: every sample is equal', (vector) => {
    const input = detectorInput(pixelView(pattern(vector)), 640).tensor.data;
    const picked = vector.samples.map(([index]) => input[index]);
    expect(
      difference(
        picked,
        vector.samples.map(([, value]) => value),
      ),
    ).toEqual(identical(picked.length));
  });

  // The reference pads with random numbers times zero, so the sign of each padding zero is drawn anew in every run. Its
  // digest can be met where there is no padding, and where the padding is small enough to try all signs.
  it('1 x 1, without padding: the digest is equal', () => {
    const vector = cases[0];
    expect(sha256(detectorInput(pixelView(pattern(vector)), 640).tensor.data)).toBe(vector.tensorSha256);
  });

  it('1 x 2: the digest is equal for one choice of the signs of the padding zeros', () => {
    const vector = cases[1];
    const { width, height } = vector;
    expect([width, height]).toEqual([1, 2]);
    const plane = 640 * 640;
    const unsigned = detectorInput(pixelView(pattern(vector)), 640).tensor.data;
    // Output columns 1 to 638 blend the image with padding; only column 639 reads two padding pixels and nothing else.
    const digests = Array.from({ length: 2 ** 6 }, (_, signs) => {
      const input = unsigned.slice();
      for (let channel = 0; channel < 3; channel++) {
        const upper = (signs >> (2 * channel)) & 1;
        const lower = (signs >> (2 * channel + 1)) & 1;
        for (let y = 0; y < 640; y++) {
          // The last row reads the lower pixel twice, the first one reads the lower pixel with weight +0.
          const negative = y === 639 ? lower : upper && lower;
          if (negative) input[channel * plane + y * 640 + 639] = -0;
        }
      }
      return sha256(input);
    });
    expect(digests).toContain(vector.tensorSha256);
  });
});

describe('decodeAnchors and nms', () => {
  interface Case {
    width: number;
    height: number;
    anchors: [level: number, row: number, score: number, box: number[], keypoints: number[]][];
    selected: number[];
    scores: number[];
    bboxes: number[][];
    kpss: number[][][];
  }
  const { cases } = jsonFixture<Cases<Case>>('stages/decode.json');
  const levels = anchorLevels(640);

  /** A detector that returns the vector's outputs whatever it is shown. */
  function stub({ anchors }: Case): Network {
    const outputs = [1, 4, 10].flatMap((k) =>
      levels.map(({ rows }) => tensor(new Float32Array(rows * k).fill(k === 4 ? 1 : 0), [rows, k])),
    );
    for (const [level, row, score, box, keypoints] of anchors) {
      outputs[level].data[row] = score;
      outputs[level + 3].data.set(box, row * 4);
      outputs[level + 6].data.set(keypoints, row * 10);
    }
    const open = (name: string) => ({ name, type: 'float32', shape: [] });
    return {
      name: 'stub',
      inputs: [{ name: 'in', type: 'float32', shape: [1, 3, '?', '?'] }],
      outputs: outputs.map((_, i) => open(String(i))),
      infer: async () => outputs,
    };
  }

  it.each(cases.map((vector, index) => ({ index, ...vector })))(
    'case $index ($width x $height): $selected.length faces are exactly equal',
    async (vector) => {
      const { width, height } = vector;
      const image: PixelImage = { data: new Uint8Array(width * height), width, height, channelOrder: 'gray' };
      const faces = await detectFaces(stub(vector), image);
      expect(faces.map((face) => face.score)).toEqual(vector.scores.map(Math.fround));
      expect(faces.map(({ box }) => [box.x1, box.y1, box.x2, box.y2])).toEqual(vector.bboxes);
      expect(faces.map((face) => face.keypoints.map(({ x, y }) => [x, y]))).toEqual(vector.kpss);
      for (const face of faces) expect(face.keypoints.map(({ name }) => name)).toEqual(KEYPOINT_NAMES);
    },
  );
});

describe('alignFaces', async () => {
  interface Case {
    name: string;
    kps: number[][];
    M: Matrix;
    IM: Matrix;
    crop: number;
    cropSha256: string;
    landmarkTensorSha256: string;
    landmarkTensorSamples: [number, number][];
    degenerate?: true;
  }
  const { cases } = jsonFixture<Cases<Case>>('stages/align.json');
  const view = pixelView(await decodeImage(fixture('stages/align.png')));
  const crops = await decodeImage(fixture('stages/align.crops.png'));
  const cropBytes = 224 * 224 * 3;

  const proper = cases.filter((vector) => !vector.degenerate);
  it.each(proper)('$name: matrices, crop and landmark input are bit-identical', (vector) => {
    const [transform] = estimateCropTransforms([toPoints(vector.kps)]);
    expect(transform.degenerate).toBe(false);
    expect(difference(affineEntries(transform.imageToCrop), vector.M.flat())).toEqual(identical(6));

    const face = cropAligned(view, transform, 'bgr');
    expect(difference(affineEntries(inputToImage(face.cropToImage)), vector.IM.flat())).toEqual(identical(6));

    const rgb = face.crop.data.map((_, i, bgr) => bgr[i - (i % 3) + 2 - (i % 3)]);
    const expected = crops.data.subarray(vector.crop * cropBytes, (vector.crop + 1) * cropBytes);
    expect(difference(rgb, expected)).toEqual(identical(cropBytes));
    expect(sha256(face.crop.data)).toBe(vector.cropSha256);

    const input = face.landmarkInput.data;
    const picked = vector.landmarkTensorSamples.map(([index]) => input[index]);
    expect(
      difference(
        picked,
        vector.landmarkTensorSamples.map(([, value]) => value),
      ),
    ).toEqual(identical(picked.length));
    expect(sha256(input)).toBe(vector.landmarkTensorSha256);
  });

  it.each(cases.filter((vector) => vector.degenerate))('$name: degenerate, finite and usable', ({ kps }) => {
    const [transform] = estimateCropTransforms([toPoints(kps)]);
    expect(transform.degenerate).toBe(true);
    expect(affineEntries(transform.imageToCrop).every(Number.isFinite)).toBe(true);
    const face = cropAligned(view, transform, 'bgr');
    expect(affineEntries(face.cropToImage).every(Number.isFinite)).toBe(true);
    expect(face.landmarkInput.data.every(Number.isFinite)).toBe(true);
  });
});

describe('landmarks', () => {
  interface Case {
    IM: Matrix;
    fc1: number[];
    lmks: number[][];
  }
  const { cases } = jsonFixture<Cases<Case>>('stages/landmarks.json');

  it.each(cases.map((vector, index) => ({ index, ...vector })))('case $index: 106 points exactly equal', (vector) => {
    const points = decodeLandmarks(Float32Array.from(vector.fc1), toMatrix(vector.IM)).map(truncatePoint);
    expect(
      difference(
        points.flatMap(({ x, y }) => [x, y]),
        vector.lmks.flat(),
      ),
    ).toEqual(identical(212));
  });
});
