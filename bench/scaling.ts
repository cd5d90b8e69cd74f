import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import {
  createPool,
  encodeImage,
  FacialLandmarkDetector,
  InvalidOptionError,
  type ModelPaths,
  type PixelImage,
} from 'onnx-facial-lmk-detector/node';
import type { Bench, BenchImage, Section } from './bench.js';
import { type Curve, curvesSvg, fitOf } from './curves-svg.js';
import { describeGrowth } from './growth.js';
import { type Contender, measure } from './harness.js';

/** Longer sides of pictures of 16 to 9. */
const SIDES = [480, 960, 1920, 3840, 7680];
/** Pictures of these put into one. */
const FACES = [1, 2, 4, 8, 16, 32];
const DETECTOR_SIDES = [320, 448, 640, 896, 1280];
/** Images of one round of a pool. */
const BATCH = 8;

/** Every pixel of `to` takes the nearest of `from`. */
function paste(from: PixelImage, to: PixelImage, left: number, top: number, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * from.height) / height) * from.width;
    for (let x = 0; x < width; x++) {
      const at = (row + Math.floor((x * from.width) / width)) * 3;
      to.data.set(from.data.subarray(at, at + 3), ((top + y) * to.width + left + x) * 3);
    }
  }
}

const gray = (width: number, height: number): PixelImage => ({
  data: new Uint8Array(width * height * 3).fill(128),
  width,
  height,
  channelOrder: 'rgb',
});

/** A picture of 16 to 9 with one face in its middle. */
function withSide(face: PixelImage, side: number): PixelImage {
  const image = gray(side, (side * 9) / 16);
  paste(face, image, Math.floor((side - image.height) / 2), 0, image.height, image.height);
  return image;
}

/** 1280 x 720 pixels with so many faces, each as large as with any other number. */
function withFaces(face: PixelImage, count: number): PixelImage {
  const image = gray(1280, 720);
  for (let i = 0; i < count; i++) paste(face, image, (i % 8) * 160, Math.floor(i / 8) * 180, 160, 160);
  return image;
}

interface Series {
  title: string;
  x: string;
  contenders: readonly (readonly [x: number, run: Contender])[];
  /** Images of one run of a contender. */
  images?: number;
  fittedTo?: number;
}

/** Times a series in interleaved rounds. */
async function timed(
  { title, x, contenders, images = 1, fittedTo }: Series,
  rounds: number,
): Promise<[Curve, Section]> {
  const runs = Object.fromEntries(contenders.map(([value, run]) => [`${x} ${value}`, run]));
  const rows = await measure(runs, { rounds, baseline: `${x} ${contenders[0][0]}` });
  const samples = rows.map(({ median }, i) => [contenders[i][0], median / images] as const);
  const curve = { title, x, y: images > 1 ? 'ms an image' : 'ms', samples, fittedTo };
  return [curve, { title, baseline: rows[0].name, rows, note: `${describeGrowth(fitOf(curve), 'ms')}.` }];
}

async function sidesThatItTakes(detector: FacialLandmarkDetector, image: PixelImage): Promise<number[]> {
  const taken: number[] = [];
  for (const detectorSide of DETECTOR_SIDES) {
    try {
      await detector.detect(image, { detectorSide });
      taken.push(detectorSide);
    } catch (error) {
      if (!(error instanceof InvalidOptionError)) throw error;
    }
  }
  return taken;
}

/** Detectors with more and more threads, then pools with more and more workers, all open at once and at work in turn. */
async function manyOf(models: ModelPaths, { image }: BenchImage, rounds: number): Promise<[Curve, Section][]> {
  const cores = availableParallelism();
  const counts = [...new Set([1, 2, 4, cores, 2 * cores])].sort((a, b) => a - b);
  const detectors = await Promise.all(counts.map((threads) => FacialLandmarkDetector.load({ ...models, threads })));
  const threads = await timed(
    {
      title: 'Threads of one detector',
      x: 'threads',
      fittedTo: cores,
      contenders: counts.map((count, i) => [count, () => detectors[i].detect(image)]),
    },
    rounds,
  );
  await Promise.all(detectors.map((detector) => detector.close()));
  const pools = await Promise.all(counts.map((workers) => createPool({ ...models, workers, threadsPerWorker: 1 })));
  const batch = (pool: (typeof pools)[number]) => Promise.all(Array.from({ length: BATCH }, () => pool.detect(image)));
  const workers = await timed(
    {
      title: 'Workers of a pool, one thread each',
      x: 'workers',
      fittedTo: cores,
      contenders: counts.map((count, i) => [count, () => batch(pools[i])]),
      images: BATCH,
    },
    Math.max(3, Math.ceil(rounds / 3)),
  );
  await Promise.all(pools.map((pool) => pool.close()));
  return [threads, workers];
}

/** Memory of pools that have worked, by their workers. */
async function memory(models: ModelPaths, { image }: BenchImage): Promise<[Curve, Section]> {
  const samples: [number, number][] = [];
  for (const workers of [1, 2, 3, 4]) {
    const pool = await createPool({ ...models, workers, threadsPerWorker: 1 });
    await Promise.all(Array.from({ length: 2 * BATCH }, () => pool.detect(image)));
    samples.push([workers, process.memoryUsage().rss / 1e6]);
    await pool.close();
  }
  const title = 'Memory of the process, by workers';
  const note = samples.map(([workers, megabytes]) => `${workers} workers ${megabytes.toFixed(0)} MB`).join(', ');
  const curve = { title, x: 'workers', y: 'MB', samples };
  return [curve, { title, rows: [], note: `${note}: ${describeGrowth(fitOf(curve), 'MB')}.` }];
}

/** How time and memory grow with each of what a user can choose, as curves. */
export const benchScaling: Bench = async ({ models, images, rounds, curves: file }) => {
  const [one] = images;
  // First, while the process is small.
  const memoryOfPools = await memory(models, one);
  const detector = await FacialLandmarkDetector.load(models);
  const pictures = SIDES.map((side) => [side, withSide(one.image, side)] as const);
  const files = await Promise.all(
    pictures.map(async ([side, picture]) => [side, await encodeImage(picture, 'jpeg')] as const),
  );
  const inTurn: Series[] = [
    {
      title: 'Raw pixels, one face',
      x: 'longer side',
      contenders: pictures.map(([side, picture]) => [side, () => detector.detect(picture)]),
    },
    {
      title: 'JPEG, one face',
      x: 'longer side',
      contenders: files.map(([side, bytes]) => [side, () => detector.detect(bytes)]),
    },
    {
      title: 'Faces in 1280 x 720',
      x: 'faces',
      contenders: FACES.map((count) => {
        const picture = withFaces(one.image, count);
        return [count, () => detector.detect(picture)];
      }),
    },
    {
      title: "Side of the detector's input",
      x: 'side',
      contenders: (await sidesThatItTakes(detector, one.image)).map((detectorSide) => [
        detectorSide,
        () => detector.detect(one.image, { detectorSide }),
      ]),
    },
  ];
  const measured: [Curve, Section][] = [];
  for (const series of inTurn) if (series.contenders.length > 1) measured.push(await timed(series, rounds));
  await detector.close();
  measured.push(...(await manyOf(models, one, rounds)), memoryOfPools);
  await writeFile(file, curvesSvg(measured.map(([curve]) => curve)));
  return measured.map(([, section]) => section);
};
