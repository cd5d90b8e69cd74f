import { createPool, FacialLandmarkDetector, type ModelPaths, type PixelImage } from 'onnx-facial-lmk-detector/node';
import type { Bench, BenchImage, Section } from './bench.js';

const EARLY = 200;
const LATE = 2000;
const DETECTORS = 20;
const AT_ONCE = 1000;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

/** Resident memory after the garbage is gone, where the process was started with --expose-gc. */
function resident(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

/** The bench's images and gray ones of many sizes in turn. */
function* mixedImages(images: readonly BenchImage[], count: number): Generator<PixelImage> {
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) {
      yield images[(i / 4) % images.length].image;
      continue;
    }
    const [width, height] = [64 + ((i * 173) % 1800), 64 + ((i * 311) % 1200)];
    yield { data: new Uint8Array(width * height).fill(i % 256), width, height, channelOrder: 'gray' };
  }
}

type Stream = Pick<FacialLandmarkDetector, 'stream'>;

async function afterMany(title: string, target: Stream, images: readonly BenchImage[]): Promise<Section> {
  let [early, seen] = [0, 0];
  for await (const { error } of target.stream(mixedImages(images, LATE))) {
    if (error) throw error;
    if (++seen === EARLY) early = resident();
  }
  const late = resident();
  const growth = (100 * (late / early - 1)).toFixed(1);
  return {
    title,
    rows: [],
    note: `RSS ${megabytes(early)} after ${EARLY} mixed images, ${megabytes(late)} after ${LATE}: ${growth} %.`,
  };
}

type Target = Pick<FacialLandmarkDetector, 'detect'>;

/** What many calls take that are made at once; their results, which the caller keeps, are part of it. */
async function atOnce(name: string, target: Target, { image }: BenchImage): Promise<Section> {
  const { faces } = await target.detect(image);
  const before = resident();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  await Promise.all(Array.from({ length: AT_ONCE }, () => target.detect(image)));
  clearInterval(timer);
  const crops = AT_ONCE * faces.reduce((sum, { crop }) => sum + crop.data.length, 0);
  return {
    title: `Memory of ${AT_ONCE} calls at once, ${name}`,
    rows: [],
    note: `RSS ${megabytes(before)} before, ${megabytes(most)} at most, of it ${megabytes(crops)} crops in the results.`,
  };
}

async function afterReopening(models: ModelPaths, { image }: BenchImage): Promise<Section> {
  const sizes: number[] = [];
  for (let i = 0; i < DETECTORS; i++) {
    const detector = await FacialLandmarkDetector.load(models);
    await detector.detect(image);
    await detector.close();
    sizes.push(resident());
  }
  return {
    title: `Memory of ${DETECTORS} detectors opened and closed in turn`,
    rows: [],
    note: `RSS after the 1st, 5th, 10th and 20th: ${[0, 4, 9, 19].map((i) => megabytes(sizes[i])).join(', ')}.`,
  };
}

/** Whether memory grows with the number of images, or of detectors. */
export const benchMemory: Bench = async ({ models, images }) => {
  const detector = await FacialLandmarkDetector.load(models);
  const one = await afterMany('Memory of one detector', detector, images);
  const oneAtOnce = await atOnce('one detector', detector, images[0]);
  await detector.close();
  const pool = await createPool({ ...models, maxQueue: AT_ONCE });
  const many = await afterMany('Memory of a pool', pool, images);
  const manyAtOnce = await atOnce('a pool', pool, images[0]);
  await pool.close();
  return [one, oneAtOnce, many, manyAtOnce, await afterReopening(models, images[0])];
};
