// The composed graph against the split pipeline in the same process: every element of every output, bit for bit.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estimateCropTransforms } from '../../src/alignment/estimate-crop-transforms.js';
import { mergeCommand } from '../../src/cli/merge.js';
import { drawScene, type SceneOptions } from '../../src/drawn-faces/draw-scene.js';
import { InvalidOptionError, ModelContractError, ModelFileError } from '../../src/errors.js';
import { composeMergedModel, type MergeOptions } from '../../src/merged/compose-merged-model.js';
import { estimateCropTransforms as estimateTransformsGraph } from '../../src/merged/estimate-crop-transforms.js';
import { OUTPUT_NAMES } from '../../src/merged/parity.js';
import { packagedPath } from '../../src/node/models/model-folders.js';
import { MEDIAPIPE_LANDMARKER } from '../../src/node/models/model-table.js';
import { loadNetwork } from '../../src/node/runtime/load-network.js';
import { openSession } from '../../src/node/runtime/onnx-session.js';
import { convertOpset, opsetOf } from '../../src/onnx/convert-opset.js';
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import { EXTERNAL_DATA, type Model } from '../../src/onnx/schema.js';
import { analyzeFaces } from '../../src/stages/pipeline.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';
import { sha256 } from '../support/fixtures.js';
import { goldenNames, needsReference, readGolden, reference, referenceModel } from '../support/reference.js';
import { TwoWays } from '../support/two-ways.js';

/** The landmarks of a scene before truncation, x and y in turn. */
async function landmarksBothWays(detectorBytes: Uint8Array, landmarkerBytes: Uint8Array) {
  const { image } = drawScene({ seed: 6, width: 500, height: 400, faces: 2 });
  const session = await openSession(composeMergedModel(detectorBytes, landmarkerBytes, { landmarkType: 'float' }));
  const bgr = Uint8Array.from(image.data, (_, i) => image.data[i - (i % 3) + 2 - (i % 3)]);
  const results = await session.infer({ input: { type: 'uint8', data: bgr, dims: [image.height, image.width, 3] } });
  await session.close();
  const networks = { detector: await loadNetwork(detectorBytes), landmarker: await loadNetwork(landmarkerBytes) };
  const faces = await analyzeFaces(networks, image);
  await Promise.all(Object.values(networks).map((network) => network.close()));
  expect(faces.length).toBeGreaterThan(0);
  return {
    split: faces.flatMap((face) => face.landmarksFloat.flatMap(({ x, y }) => [x, y])),
    composed: Array.from(results[OUTPUT_NAMES.indexOf('lmks')].data as Float32Array),
  };
}

const FIXED_SIZES = [
  [1, 1],
  [1, 500],
  [500, 1],
  [1920, 1080],
  [2500, 1700],
  [1921, 300],
] as const;
const CUTS = ['left', 'top', 'right', 'bottom', undefined] as const;

/** A hundred scenes: the fixed sizes now and then, else sides of 40 to 900 pixels; 0 to 12 faces; each border cut. */
const SCENES: SceneOptions[] = Array.from({ length: 100 }, (_, i) => {
  const [width, height] =
    i % 4 === 0 ? FIXED_SIZES[(i / 4) % FIXED_SIZES.length] : [40 + ((i * 379) % 861), 40 + ((i * 211) % 861)];
  return { seed: i + 1, width, height, faces: i % 13, cut: CUTS[i % CUTS.length] };
});

describe('composed from the networks for drawn faces', () => {
  it('gives the bits of the split pipeline on a hundred scenes', async () => {
    const ways = await TwoWays.load(DRAWN_FACES.detector, DRAWN_FACES.landmarker);
    let faces = 0;
    const counts = new Set<number>();
    for (const scene of SCENES) {
      const found = await ways.compare(drawScene(scene).image);
      const name = `scene ${scene.seed}, ${scene.width} x ${scene.height}, ${found.faces} faces`;
      expect(found.mismatch, `${name}: ${found.mismatch}`).toBe(undefined);
      faces += found.faces;
      counts.add(found.faces);
    }
    await ways.close();
    // The comparison is worth something only where there are faces, alone and in batches, and images without any.
    expect(faces).toBeGreaterThan(200);
    expect(counts).toContain(0);
    expect(Math.max(...counts)).toBeGreaterThan(8);
  });

  it('takes the options of the pipeline', async () => {
    const options: MergeOptions = {
      minScore: 0.2,
      iouThreshold: 0.1,
      maxFaces: 3,
      landmarkChannelOrder: 'rgb',
    };
    const ways = await TwoWays.load(DRAWN_FACES.detector, DRAWN_FACES.landmarker, options);
    const { image } = drawScene({ seed: 5, width: 900, height: 700, faces: 7 });
    expect(await ways.compare(image)).toEqual({ faces: 3, mismatch: undefined });
    await ways.close();
  });

  it('follows a network to a newer operator set', async () => {
    const model = readModel(readFileSync(DRAWN_FACES.detector));
    const graph = convertOpset(model.graph!, opsetOf(model), 18, 'the detector');
    const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-opset-'));
    const detector = join(folder, 'detector.onnx');
    writeFileSync(detector, writeModel({ ...model, irVersion: 8n, graph, operatorSets: [{ version: 18n }] }));
    const ways = await TwoWays.load(detector, DRAWN_FACES.landmarker);
    expect(await ways.compare(drawScene({ seed: 7, width: 640, height: 480, faces: 3 }).image)).toEqual({
      faces: 3,
      mismatch: undefined,
    });
    await ways.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps landmarks in floating point on request', async () => {
    const { split, composed } = await landmarksBothWays(
      readFileSync(DRAWN_FACES.detector),
      readFileSync(DRAWN_FACES.landmarker),
    );
    expect(composed).toEqual(split);
  });

  // ONNX Runtime fuses additions into convolutions only where it knows all shapes, and folds less where weights may be
  // overridden: each would change the last bits on one of the two ways.
  it.each(['alone', 'and listed among the inputs', 'alone, the batch without a name'])(
    'gives the bits of the split pipeline through a network with additions; weights %s',
    async (weights) => {
      const model = readModel(readFileSync(packagedPath(MEDIAPIPE_LANDMARKER)));
      if (weights.endsWith('name')) model.graph!.inputs[0].type!.tensor!.shape!.dimensions[0] = {};
      const listed = weights.startsWith('alone') ? [] : model.graph!.initializers;
      for (const { name, dataType, dimensions } of listed) {
        const shape = { dimensions: dimensions.map((value) => ({ value })) };
        model.graph!.inputs.push({ name, type: { tensor: { elementType: dataType, shape } }, metadata: [] });
      }
      const { split, composed } = await landmarksBothWays(readFileSync(DRAWN_FACES.detector), writeModel(model));
      expect(composed).toEqual(split);
    },
  );

  it('says what it takes, what it gives and what it was made of', () => {
    const [detector, landmarker] = [readFileSync(DRAWN_FACES.detector), readFileSync(DRAWN_FACES.landmarker)];
    const { graph, metadata, irVersion, operatorSets } = readModel(
      composeMergedModel(detector, landmarker, { maxFaces: 7 }),
    );
    const shapes = (infos: NonNullable<typeof graph>['inputs']) =>
      infos.map(({ name, type }) => [
        name,
        type?.tensor?.elementType,
        type?.tensor?.shape?.dimensions.map(({ value, parameter }) =>
          value === undefined ? parameter : Number(value),
        ),
      ]);
    expect(shapes(graph?.inputs ?? [])).toEqual([['input', 2, ['height', 'width', 3]]]);
    expect(shapes(graph?.outputs ?? [])).toEqual([
      ['scores', 1, ['N']],
      ['bboxes', 7, ['N', 4]],
      ['kpss', 7, ['N', 5, 2]],
      ['align_imgs', 2, ['N', 224, 224, 3]],
      ['lmks', 7, ['N', 106, 2]],
      ['M', 1, ['N', 2, 3]],
    ]);
    expect(irVersion).toBe(8n);
    expect(
      operatorSets.filter(({ domain }) => !domain).every(({ version }) => version! >= 16n && version! <= 18n),
    ).toBe(true);
    expect(Object.fromEntries(metadata.map(({ key, value }) => [key, value]))).toEqual({
      minScore: '0.5',
      iouThreshold: '0.4',
      maxFaces: '7',
      detectorSide: '640',
      landmarkChannelOrder: 'bgr',
      landmarkType: 'int64',
      detectorSha256: sha256(detector),
      landmarkerSha256: sha256(landmarker),
    });
  });
});

describe('estimateCropTransforms as a graph', () => {
  it('gives the bits of its twin for key points of every kind, in batches of every size', async () => {
    const g = new GraphBuilder('transforms');
    const keypoints = g.input('keypoints', 'int64', ['n', 5, 2]);
    g.output(g.add('Identity', [estimateTransformsGraph(g, keypoints)], {}, 'M'), 'float', ['n', 6]);
    const session = await openSession(writeModel(g.model({ opset: 16, producerName: 'test' })));
    let state = 1;
    const random = (limit: number) => {
      state = (state * 48271) % 0x7fffffff;
      return state % limit;
    };
    const FACE = [38, 51, 73, 51, 56, 71, 41, 92, 70, 92];
    const kinds = [
      () => FACE.map((value) => 5 * value + random(40)),
      () => FACE.map(() => random(2000)),
      () => FACE.map((_, i) => (i % 2 ? 700 : 100 * i)), // on one line
      () => FACE.map((_, i) => 3 * Math.floor(i / 2) + 20 * (i % 2)), // on a slanted line
      () => FACE.map((_, i) => (i === 4 ? 901 : 900)), // all but one identical
      () => FACE.map(() => 0), // all identical
      () => FACE.map((value, i) => (i % 2 ? value : 100 - value)), // mirrored
    ];
    for (let n = 0; n <= 10; n++) {
      for (let round = 0; round < 30; round++) {
        const faces = Array.from({ length: n }, () => kinds[random(3) === 0 ? random(kinds.length) : 0]());
        const data = BigInt64Array.from(faces.flat(), BigInt);
        const [M] = await session.infer({ keypoints: { type: 'int64', data, dims: [n, 5, 2] } });
        const points = faces.map((face) => [0, 2, 4, 6, 8].map((i) => ({ x: face[i], y: face[i + 1] })));
        const expected = estimateCropTransforms(points).flatMap(({ imageToCrop }) => [...imageToCrop.data]);
        // 0 and -0 are one number here.
        expect(
          Array.from(M.data as Float32Array, (value) => value + 0),
          JSON.stringify(faces),
        ).toEqual(expected.map((value) => value + 0));
      }
    }
    await session.close();
  });
});

describe('refused before anything is written', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'facial-lmk-merge-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const detector = readFileSync(DRAWN_FACES.detector);
  const landmarker = readFileSync(DRAWN_FACES.landmarker);
  const edited = (bytes: Uint8Array, edit: (model: Model) => void) => {
    const model = readModel(bytes);
    edit(model);
    return writeModel(model);
  };
  const external = edited(landmarker, ({ graph }) => {
    const [tensor] = graph?.initializers ?? [];
    tensor.rawData = undefined;
    tensor.dataLocation = EXTERNAL_DATA;
    tensor.externalData = [{ key: 'location', value: 'weights.bin' }];
  });

  it.each<[string, Uint8Array, Uint8Array, new (...args: never[]) => Error, RegExp]>([
    ['a landmarker for a detector', landmarker, landmarker, ModelContractError, /an SCRFD network/],
    ['a detector for a landmarker', detector, detector, ModelContractError, /106-point landmark network/],
    ['a truncated file', detector.subarray(0, detector.length / 2), landmarker, ModelFileError, /break off/],
    ['another format', detector, Buffer.from('PK\u0003\u0004 no network'), ModelFileError, /an ONNX network/],
    ['an empty file', new Uint8Array(0), landmarker, ModelFileError, /an ONNX network/],
    ['weights in another file', detector, external, ModelFileError, /weights\.bin/],
    [
      'an operator set from the future',
      edited(detector, (model) => {
        model.operatorSets = [{ version: 99n }];
      }),
      landmarker,
      ModelFileError,
      /operator set/,
    ],
    [
      'a fixed batch of several faces',
      detector,
      edited(landmarker, ({ graph }) => {
        graph!.inputs[0].type!.tensor!.shape!.dimensions[0] = { value: 4n };
      }),
      ModelContractError,
      /batch of 4/,
    ],
  ])('%s', async (name, detectorBytes, landmarkerBytes, type, message) => {
    expect(() => composeMergedModel(detectorBytes, landmarkerBytes)).toThrow(type);
    const file = (part: string) => join(folder, `${name} ${part}.onnx`);
    writeFileSync(file('detector'), detectorBytes);
    writeFileSync(file('landmarker'), landmarkerBytes);
    const args = ['--detector', file('detector'), '--landmarker', file('landmarker'), '-o', file('merged')];
    await expect(mergeCommand().exitOverride().parseAsync(args, { from: 'user' })).rejects.toThrow(message);
    expect(existsSync(file('merged'))).toBe(false);
  });

  it('options outside their range', () => {
    for (const options of [
      { minScore: 2 },
      { iouThreshold: -1 },
      { maxFaces: 0 },
      { detectorSide: 100 },
      { landmarkChannelOrder: 'hsv' },
      { landmarkType: 'int32' },
    ] as object[]) {
      expect(() => composeMergedModel(detector, landmarker, options), JSON.stringify(options)).toThrow(
        InvalidOptionError,
      );
    }
  });

  it('but writes a sound pair', async () => {
    const output = join(folder, 'model.onnx');
    const args = ['--detector', DRAWN_FACES.detector, '--landmarker', DRAWN_FACES.landmarker, '-o', output];
    await mergeCommand().parseAsync([...args, '--max-faces', '3'], { from: 'user' });
    expect(Buffer.compare(readFileSync(output), composeMergedModel(detector, landmarker, { maxFaces: 3 }))).toBe(0);
  });
});

describe.skipIf(!reference)(`photographs and trained networks${needsReference}`, () => {
  let ways: TwoWays;
  beforeAll(async () => {
    ways = await TwoWays.load(referenceModel('det_2.5g.onnx'), referenceModel('2d106det_standin.onnx'));
  });
  afterAll(() => ways.close());

  // That the split pipeline gives the golden outputs is what golden.test.ts shows.
  it.each(goldenNames())('%s: all six outputs are those of the split pipeline', async (name) => {
    const { image, outputs } = await readGolden(name);
    expect(await ways.compare(image)).toEqual({ faces: outputs.scores.shape[0], mismatch: undefined });
  });

  it('a detector of fixed input size, three-dimensional outputs and an older operator set', async () => {
    const other = await TwoWays.load(referenceModel('det_500m_batched.onnx'), referenceModel('2d106det_standin.onnx'));
    const { image } = await readGolden('group-9');
    expect(await other.compare(image)).toEqual({ faces: 9, mismatch: undefined });
    await other.close();
  });
});
