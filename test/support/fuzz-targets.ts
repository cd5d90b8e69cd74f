import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/drawn-faces/random.js';
import { FacialLmkError } from '../../src/errors.js';
import { type CropOptions, cropFace } from '../../src/face/crop-face.js';
import { faceFromJson } from '../../src/face/face-from-json.js';
import { faceToJson } from '../../src/face/face-to-json.js';
import { toRawOutputs } from '../../src/face/to-raw-outputs.js';
import { imageFromTensor } from '../../src/image/image-from-tensor.js';
import { CHANNEL_ORDERS } from '../../src/image/pixel-image.js';
import { composeMergedModel } from '../../src/merged/compose-merged-model.js';
import { difference } from '../../src/merged/parity.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { type DecodedImage, type DecodeOptions, decodeImage } from '../../src/node/images/image-file.js';
import { readModel, writeModel } from '../../src/onnx/model.js';
import { contactSheet } from '../../src/overlay/contact-sheet.js';
import { overlayRaster } from '../../src/overlay/overlay-raster.js';
import { overlayShapes } from '../../src/overlay/overlay-shapes.js';
import { overlaySvg } from '../../src/overlay/overlay-svg.js';
import { analyzeFaces, type PipelineOptions } from '../../src/stages/pipeline.js';
import { tensor } from '../../src/tensor.js';
import type { Face, PixelImage } from '../../src/types.js';
import { ByteSource } from './byte-source.js';
import { damageImage } from './damage-image.js';
import { DRAWN_FACES } from './drawn-faces.js';
import { callExported, EXPORTED } from './exported-functions.js';
import { hostileArguments } from './hostile.js';
import { imageSamples } from './image-samples.js';
import { stubDetector, stubLandmarker } from './stub-networks.js';

/** One way into the library. Everything that happens follows from the bytes. */
export interface FuzzTarget {
  /** Bytes worth trying. */
  generate(random: Random): Uint8Array;
  /** What came of it: an error code or a word. Throws when the library broke a promise. */
  run(bytes: Uint8Array): Promise<string>;
  /** How often it is tried among 100. */
  share: number;
}

/** Small, and still large enough for the stub's face. */
const SIDE = 192;

/** Any bytes, more often few. */
function anyBytes(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.integer(0, random.pick([8, 64, 400])) }, () => random.integer(0, 255));
}

/** Errors of the library are answers; everything else is a failure. */
async function answer(job: () => Promise<string> | string): Promise<string> {
  try {
    return await job();
  } catch (error) {
    // The thread of jimp ends what hangs, but nothing known should.
    if (error instanceof FacialLmkError && !error.message.includes('not done after')) return error.code;
    throw error;
  }
}

function promise(kept: boolean, what: string): void {
  if (!kept) throw new Error(`broken promise: ${what}`);
}

/** What every list of faces promises, whatever the networks said. */
function checkFaces(faces: readonly Face[], { width, height }: PixelImage): void {
  for (const face of faces) {
    const { box, keypoints, landmarks, landmarksFloat, imageToCrop, cropToImage, crop, score } = face;
    promise(score >= 0 && score <= 1, `score ${score}`);
    const xs = [box.x1, box.x2, ...keypoints.map(({ x }) => x)];
    const ys = [box.y1, box.y2, ...keypoints.map(({ y }) => y)];
    promise(
      xs.every((x) => Number.isInteger(x) && x >= 0 && x <= width),
      `columns ${xs}`,
    );
    promise(
      ys.every((y) => Number.isInteger(y) && y >= 0 && y <= height),
      `rows ${ys}`,
    );
    promise([...imageToCrop.data, ...cropToImage.data].every(Number.isFinite), `matrix ${imageToCrop.data}`);
    promise(landmarks.length === 106 && landmarksFloat.length === 106, 'the number of landmarks');
    promise(
      landmarksFloat.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
      'finite landmarks',
    );
    promise(crop.shape.join() === '224,224,3', `crop ${crop.shape}`);
  }
}

/** Everything that can be done with faces. */
function useFaces(faces: readonly Face[], image: PixelImage, bytes: ByteSource): void {
  toRawOutputs(faces as Face[]);
  const { width, height } = image;
  const shapes = overlayShapes(faces, { width, height, indices: bytes.bool(), legend: bytes.bool() });
  promise(!overlaySvg(shapes, { width, height }).includes('NaN'), 'SVG without NaN');
  overlayRaster(image, shapes);
  if (faces.length > 0) contactSheet(faces);
  for (const face of faces) {
    const subpixel = { subpixel: true };
    const json = JSON.parse(JSON.stringify(faceToJson(face, subpixel)));
    promise(JSON.stringify(faceToJson(faceFromJson(json), subpixel)) === JSON.stringify(json), 'JSON there and back');
    cropFace(image, face, { size: 8, template: bytes.pick(['reference', 'arcface']), margin: 0.1 });
  }
}

function anyImage(bytes: ByteSource): PixelImage {
  const [width, height] = [bytes.integer(1, 40), bytes.integer(1, 40)];
  const channelOrder = bytes.pick(CHANNEL_ORDERS);
  const rowStride = bytes.bool() ? undefined : width * 4 + bytes.integer(0, 5);
  const image = { data: new Uint8Array(height * (width * 4 + 5)), width, height, channelOrder, rowStride };
  image.data.set(bytes.rest().subarray(0, image.data.length));
  return image;
}

/** A sound image in which some fields are anything at all. */
function oddImage(bytes: ByteSource): PixelImage {
  const odd: Record<string, unknown> = {};
  for (let n = bytes.integer(0, 2); n > 0; n--) {
    odd[bytes.pick(['width', 'height', 'rowStride', 'channelOrder', 'data'])] = bytes.value();
  }
  return { ...anyImage(bytes), ...odd } as PixelImage;
}

/** Options of every kind with values of any kind. */
function oddOptions(bytes: ByteSource, names: readonly string[]): object {
  const options: Record<string, unknown> = {};
  for (let n = bytes.integer(0, 3); n > 0; n--) options[bytes.pick(names)] = bytes.value();
  return options;
}

const PIPELINE_OPTIONS = ['minScore', 'iouThreshold', 'maxFaces', 'largeImages', 'landmarkChannelOrder'];

/** A detector whose outputs hold some numbers of any kind, and sometimes another shape. */
function oddDetector(bytes: ByteSource) {
  return stubDetector({
    side: SIDE,
    change: (outputs) => {
      for (let n = bytes.integer(0, 40); n > 0; n--) {
        const { data } = outputs[bytes.integer(0, 8)];
        data[bytes.integer(0, data.length - 1)] = bytes.number();
      }
      if (bytes.byte() > 250) outputs.splice(bytes.integer(0, 8), 1);
      if (bytes.byte() > 250) outputs.reverse();
      return outputs;
    },
  });
}

function oddLandmarker(bytes: ByteSource) {
  return stubLandmarker(bytes.byte() > 200 ? bytes.number() : 0.25);
}

async function analyze(bytes: ByteSource, image: PixelImage, options: PipelineOptions): Promise<string> {
  const networks = { detector: oddDetector(bytes), landmarker: oddLandmarker(bytes) };
  const { data } = image;
  const before = data instanceof Uint8Array ? Buffer.from(data) : undefined;
  const faces = await analyzeFaces(networks, image, { detectorSide: SIDE, ...options });
  checkFaces(faces, image);
  useFaces(faces, image, bytes);
  promise(before?.equals(data as Uint8Array) ?? true, 'the image stays as it is');
  return faces.length === 0 ? 'no face' : 'faces';
}

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const WORDS = [
  ...[
    'detect',
    'models',
    'list',
    'verify',
    '--help',
    '--version',
    '--networks',
    'drawn-faces',
    '--json',
    '--jsonl',
    '--csv',
  ],
  ...[
    '--subpixel',
    '--min-score',
    '--max-faces',
    '--detector-side',
    '--threads',
    '--decoder',
    '--crop-size',
    '--large-images',
  ],
  ...[
    '0.5',
    '-1',
    '0',
    '1e9',
    'NaN',
    '',
    '-',
    '--',
    '640',
    'jimp',
    'missing.png',
    'no-such-folder/*.png',
    '[',
    '{a,b',
    '**',
  ],
];

/** A folder with one image, in which patterns find no more than that. */
const workFolder = mkdtempSync(join(tmpdir(), 'facial-lmk-fuzz-'));
process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }));

const { detector, landmarker } = DRAWN_FACES;
const [DETECTOR, LANDMARKER] = [detector, landmarker].map((path) => new Uint8Array(readFileSync(path)));

/** A network with a few wrong bytes, most of them near its beginning or end, where its structure is; some are cut off. */
function damagedNetwork(random: Random): Uint8Array {
  const bytes = Uint8Array.from(DETECTOR);
  for (let i = random.integer(0, 6); i > 0; i--) {
    const distance = random.integer(0, random.pick([200, 3000, bytes.length - 1]));
    bytes[random.next() < 0.5 ? distance : bytes.length - 1 - distance] = random.integer(0, 255);
  }
  return random.next() < 0.1 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes;
}

/**
 * What two decoders read from the same bytes is the same image; of JPEGs, which say less than that, only the size. A damaged
 * EXIF block may be read in two ways, and so an image be turned in two.
 */
function checkAgreement(bySharp: DecodedImage, byJimp: DecodedImage): void {
  const size = ({ width, height }: PixelImage) => `${Math.max(width, height)} x ${Math.min(width, height)}`;
  promise(size(bySharp) === size(byJimp), `one size: ${size(bySharp)} and ${size(byJimp)}`);
  if (bySharp.format === 'jpeg') return;
  // jimp rounds 16 bits, where sharp takes the high byte.
  const { worst, index } = difference(bySharp.data, byJimp.data);
  promise(worst <= 1, `one image: ${worst} apart at ${index}`);
}

const DAMAGED = { maxPixels: 1_000_000 };
const wholeImages = await imageSamples();
writeFileSync(join(workFolder, 'image.png'), wholeImages[5].bytes);

/** All ways into the library, by name. */
export const FUZZ_TARGETS: Record<string, FuzzTarget> = {
  image: {
    share: 50,
    generate: (random) => damageImage(random.pick(wholeImages).bytes, random),
    async run(bytes) {
      const before = Buffer.from(bytes);
      const outcomes: string[] = [];
      const images: DecodedImage[] = [];
      for (const decoder of ['sharp', 'jimp'] as const) {
        const outcome = await answer(async () => {
          const image = await decodeImage(bytes, { ...DAMAGED, decoder });
          images.push(image);
          promise(image.width * image.height <= DAMAGED.maxPixels, 'the limit of pixels');
          promise(image.data.length === image.width * image.height * 3, 'three samples a pixel');
          return 'image';
        });
        outcomes.push(outcome);
      }
      promise(before.equals(bytes), 'the bytes stay as they are');
      if (images.length === 2) checkAgreement(images[0], images[1]);
      return outcomes.join(' and ');
    },
  },

  pixels: {
    share: 15,
    generate: anyBytes,
    run: (bytes) =>
      answer(() => {
        const source = new ByteSource(bytes);
        const image = oddImage(source);
        return analyze(source, image, {});
      }),
  },

  networks: {
    share: 15,
    generate: anyBytes,
    run: (bytes) =>
      answer(() => {
        const source = new ByteSource(bytes);
        const options = { minScore: source.pick([0.5, 0, 1]) };
        return analyze(source, { data: new Uint8Array(900), width: 30, height: 30, channelOrder: 'gray' }, options);
      }),
  },

  options: {
    share: 10,
    generate: anyBytes,
    async run(bytes) {
      const source = new ByteSource(bytes);
      const image: PixelImage = { data: new Uint8Array(900), width: 30, height: 30, channelOrder: 'gray' };
      const png = wholeImages[5].bytes;
      const calls: (() => Promise<string> | string)[] = [
        () => analyze(source, image, oddOptions(source, PIPELINE_OPTIONS)),
        async () => (await decodeImage(png, oddOptions(source, ['decoder', 'maxPixels']) as DecodeOptions)).format,
        async () => {
          const format = source.pick(['png', 'jpeg', 'webp', source.value()]);
          await encodeImage(image, format as 'png', oddOptions(source, ['quality']));
          return 'encoded';
        },
        () => {
          const keypoints = Array.from({ length: 5 }, () => ({ x: source.number(), y: source.number() }));
          const imageToCrop = tensor(
            Float32Array.from({ length: 6 }, () => source.number()),
            [2, 3],
          );
          const face = { keypoints, imageToCrop };
          const { crop } = cropFace(image, face as never, {
            size: 8,
            ...(oddOptions(source, ['template', 'margin']) as CropOptions),
          });
          imageFromTensor(crop, 'bgr');
          return 'crop';
        },
      ];
      return answer(source.pick(calls));
    },
  },

  exports: {
    share: 20,
    generate: anyBytes,
    run: (bytes) =>
      answer(async () => {
        const source = new ByteSource(bytes);
        const [, exported, valid] = source.pick(EXPORTED);
        const random = new Random(source.integer(0, 65535));
        for (const args of hostileArguments(valid ?? [undefined, undefined], 1, random))
          await callExported(exported, args);
        return 'an answer';
      }),
  },

  json: {
    share: 4,
    generate: anyBytes,
    run: (bytes) =>
      answer(() => {
        const source = new ByteSource(bytes);
        const numbers = (n: number): unknown[] =>
          Array.from({ length: n }, () => (source.byte() < 250 ? source.number() : 1));
        const rows = (n: number, k: number) => Array.from({ length: n }, () => numbers(k));
        const json: Record<string, unknown> = {
          score: source.number(),
          bbox: numbers(4),
          keypoints: rows(5, 2),
          landmarks: Array.from({ length: 106 }, () => [1, 2]),
          matrix: rows(2, 3),
        };
        if (source.bool()) json[source.pick(Object.keys(json))] = source.value();
        const face = faceFromJson(json);
        promise([...face.imageToCrop.data, ...face.cropToImage.data].every(Number.isFinite), 'finite matrices');
        return 'face';
      }),
  },

  model: {
    share: 5,
    generate: (random) => (random.next() < 0.2 ? anyBytes(random) : damagedNetwork(random)),
    run: (bytes) =>
      answer(() => {
        writeModel(readModel(bytes));
        composeMergedModel(bytes, LANDMARKER);
        return 'merged model';
      }),
  },

  arguments: {
    share: 1,
    generate: anyBytes,
    async run(bytes) {
      const source = new ByteSource(bytes);
      const words = Array.from({ length: source.integer(0, 6) }, () => source.pick(WORDS));
      // Nothing but these commands: others would reach for the network or wait forever.
      const args = [source.pick(['detect', 'models', '--help']), ...words];
      const child = spawnSync(process.execPath, [MAIN, ...args], {
        input: source.rest(),
        cwd: workFolder,
        timeout: 60_000,
        encoding: 'utf8',
      });
      const told = `${JSON.stringify(args)} -> ${child.status ?? child.signal}: ${child.stderr}`;
      promise([0, 1, 2].includes(child.status ?? -1), told);
      promise(!/\.[jt]s:\d/.test(child.stderr), told);
      promise(child.status !== 2 || child.stdout === '', told);
      return `exit code ${child.status}`;
    },
  },
};
