import { realpath } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { Command } from 'commander';
import { errorToJson } from '../detector/error-json.js';
import { mapInOrder } from '../detector/map-in-order.js';
import { FacialLmkError, FilmError, InferenceError, InvalidOptionError, WorkerLostError } from '../errors.js';
import { faceToJson } from '../face/face-to-json.js';
import { scaleFaces } from '../face/scale-faces.js';
import { Ffmpeg, FILM_FORMATS, type FilmFormat, type FilmFrame, type FilmInfo } from '../node/film/ffmpeg.js';
import { createPool } from '../node/pool/create-pool.js';
import type { PoolTracker, PoolTrackerOptions } from '../node/pool/pool-tracker.js';
import { MAX_THREADS } from '../node/runtime/onnx-session.js';
import { PIPELINE_OPTIONS, type PipelineOptions } from '../stages/pipeline.js';
import type { TrackedFace } from '../tracking/tracks.js';
import { addFaceOptions } from './finder-options.js';
import {
  addDeviceOption,
  addNetworkOptions,
  type DeviceCommandOptions,
  findNetworks,
  type NetworkOptions,
} from './network-options.js';
import { integerIn, notEmpty } from './option-parsers.js';
import { reportError } from './report-error.js';
import { say } from './say.js';
import { print } from './standard-output.js';
import { StopSignal } from './stop-signal.js';
import { LinesFile, OverlayFilm } from './track-outputs.js';
import { TrackProgress } from './track-progress.js';

interface TrackCommandOptions extends NetworkOptions, DeviceCommandOptions, Omit<PipelineOptions, 'signal'> {
  jsonl?: string;
  overlay?: string;
  subpixel?: boolean;
  attributes?: boolean;
  every: number;
  maxSide?: number;
  detectEvery?: number;
  smoothing: boolean;
  workers: number;
  threads?: number;
  ffmpeg?: string;
  verbose?: boolean;
}

const HELP = `
Prints { frame, time, width, height, faces: [{ id, score, bbox, keypoints, landmarks,
matrix }] } for each frame: its number in the film from 0, the seconds at which the film shows it,
and its faces as detect prints them, each with an id that it keeps. Coordinates are pixels of
the upright film. A frame that failed has an error instead of faces.

Needs ffmpeg. --overlay writes .mp4, .m4v, .mov, .mkv or .webm, with the film's sound and an id above
each face. Files appear when they are whole, over those that are there; after Ctrl-C there are none.

Exit code: 0 done, 1 stopped, or the film cannot be read or is damaged (what could be
read is written) or the disk is full, 2 wrong usage, no networks or no ffmpeg.

Examples:
  facial-lmk track film.mp4 --jsonl faces.jsonl --overlay out.mp4
  facial-lmk track film.mp4 --every 5 --max-side 640 > faces.jsonl`;

/** `facial-lmk track`: a film in, its faces with an identity over time out. */
export function trackCommand(): Command {
  const command = new Command('track')
    .description('follow every face through a film: an id, a box and smooth landmarks for each frame')
    .argument('<film>', 'a film that ffmpeg reads')
    .optionsGroup('Output:')
    .option('--jsonl <file>', 'write one line for each frame into a file (default: standard output, unless --overlay)')
    .option('--overlay <file>', 'write the film with its faces drawn over it, and its sound')
    .option('--subpixel', 'landmarks with fractions instead of integers')
    .option('--attributes', 'add head pose and how far eyes and mouth are open')
    .optionsGroup('Film:')
    .option('--every <n>', 'take every n-th frame only, also for the overlay', integerIn(1, Number.MAX_SAFE_INTEGER), 1)
    .option('--max-side <pixels>', 'reduce larger frames, also those of the overlay', integerIn(16, 16384))
    .option('--ffmpeg <path>', 'the program ffmpeg (default: the one that the system finds)', notEmpty)
    .optionsGroup('Tracking:')
    .option(
      '--detect-every <n>',
      'look for faces in every n-th frame, and follow those known in between (default: 5)',
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--no-smoothing', 'landmarks as they were measured');
  addDeviceOption(addNetworkOptions(command))
    .option(
      '--threads <n>',
      'threads of one network run (default: the cores, shared among the workers)',
      integerIn(1, MAX_THREADS),
    )
    .option(
      '--workers <n>',
      'threads with networks of their own; more than one helps with --detect-every 1',
      integerIn(1, 256),
      1,
    );
  return addFaceOptions(command)
    .addHelpText('after', HELP)
    .action((film: string, _: TrackCommandOptions, command: Command) =>
      track(film, command.optsWithGlobals<TrackCommandOptions>()),
    );
}

/** The container of the film to write. */
function formatOf(overlay: string): FilmFormat {
  const extension = extname(overlay).slice(1).toLowerCase();
  if (Object.hasOwn(FILM_FORMATS, extension)) return FILM_FORMATS[extension as keyof typeof FILM_FORMATS];
  const expected = `a name that ends in ${Object.keys(FILM_FORMATS)
    .map((name) => `.${name}`)
    .join(', ')}`;
  throw new InvalidOptionError({ name: '--overlay', expected, received: JSON.stringify(overlay) });
}

/** Refuses to write over the film, or over the other output. */
async function checkTargets(film: string, { jsonl, overlay }: TrackCommandOptions): Promise<void> {
  const taken = new Set([await realpath(film).catch(() => resolve(film))]);
  for (const [name, path] of [
    ['--jsonl', jsonl],
    ['--overlay', overlay],
  ] as const) {
    if (path === undefined) continue;
    const real = await realpath(path).catch(() => resolve(path));
    if (taken.has(real)) {
      throw new InvalidOptionError({
        name,
        expected: 'another file than the film and the other output',
        received: JSON.stringify(path),
      });
    }
    taken.add(real);
  }
}

async function track(film: string, options: TrackCommandOptions): Promise<void> {
  const format = options.overlay === undefined ? undefined : formatOf(options.overlay);
  await checkTargets(film, options);
  const ffmpeg = await Ffmpeg.find(options.ffmpeg);
  const networks = await findNetworks(options);
  const stop = new StopSignal();
  try {
    const info = await ffmpeg.probe(film);
    const { workers, threads: threadsPerWorker, device } = options;
    const pool = await createPool({ ...networks, workers, threadsPerWorker, device });
    try {
      const tracker = pool.createTracker(trackerOptions(options));
      await writeOutputs({ film, info, ffmpeg, tracker, options, signal: stop.wish }, format);
    } finally {
      await pool.close();
    }
  } catch (error) {
    if (stop.wish.aborted) say('facial-lmk: stopped; no file was written.');
    else if (error instanceof InvalidOptionError || !(error instanceof FacialLmkError)) throw error;
    else reportError(error, { file: film, verbose: options.verbose });
    process.exitCode = 1;
  } finally {
    stop.dispose();
  }
}

function trackerOptions(options: TrackCommandOptions): PoolTrackerOptions {
  const { signal: _, ...names } = PIPELINE_OPTIONS;
  const analysis = Object.fromEntries(
    Object.keys(names).map((name) => [name, options[name as keyof typeof names]]),
  ) as Omit<PipelineOptions, 'signal'>;
  return { ...analysis, detectEvery: options.detectEvery, smoothing: options.smoothing ? undefined : false };
}

/** A film in work. */
interface Run {
  film: string;
  info: FilmInfo;
  ffmpeg: Ffmpeg;
  tracker: PoolTracker;
  options: TrackCommandOptions;
  signal: AbortSignal;
}

/** Tracks the film, and puts the files in their places when they are whole. */
async function writeOutputs(run: Run, format: FilmFormat | undefined): Promise<void> {
  const { film, info, ffmpeg, options } = run;
  const { jsonl, overlay: overlayPath } = options;
  const lines = jsonl === undefined ? undefined : await LinesFile.begin(jsonl);
  let overlay: OverlayFilm | undefined;
  try {
    if (overlayPath !== undefined && format) {
      overlay = await OverlayFilm.begin(overlayPath, { ffmpeg, film, info, format });
    }
    if (overlay && info.hasSound && overlay.sound !== 'copy') {
      const what = overlay.sound ? 'is encoded anew' : 'is left out';
      say(`facial-lmk: the sound ${what}: that of the film cannot be put into ${overlayPath} as it is.`);
    }
    await trackFrames(run, async ({ frame, faces, error }) => {
      if (lines) await lines.append(lineOf(run, frame, faces, error));
      else if (!overlay && !(await print(lineOf(run, frame, faces, error)))) return false;
      await overlay?.add(frame.image, faces, frame.time);
      return true;
    });
    run.signal.throwIfAborted();
    await overlay?.commit();
    await lines?.commit();
  } finally {
    // What is in its place already stays there.
    await overlay?.discard();
    await lines?.discard();
  }
}

/** What became of a frame. */
interface Outcome {
  frame: FilmFrame;
  faces: TrackedFace[];
  error?: unknown;
}

/**
 * Follows the faces through the film, and says how it went.
 * @param take what is done with each frame, in order; false when no more are wanted
 */
async function trackFrames(run: Run, take: (outcome: Outcome) => Promise<boolean>): Promise<void> {
  const { film, info, ffmpeg, tracker, options, signal } = run;
  const { every, maxSide = Number.POSITIVE_INFINITY, workers, verbose } = options;
  const { width, height } = reduced(info, maxSide);
  let damage: string | undefined;
  const damaged = (reason: string) => {
    damage = reason;
  };
  let start: number | undefined;
  let clock = 0;
  const follow = async (frame: FilmFrame): Promise<Outcome> => {
    start ??= frame.time;
    // Times of a damaged film may go back, those of the tracker must not.
    clock = Math.max(clock, frame.time - start);
    try {
      return { frame, faces: await tracker.track(frame.image, clock, { signal }) };
    } catch (error) {
      if (!(error instanceof WorkerLostError || error instanceof InferenceError)) throw error;
      return { frame, faces: [], error };
    }
  };
  const pictures = ffmpeg.read(film, { every, width, height, signal, damaged });
  const progress = new TrackProgress(info.duration);
  const ids = new Set<number>();
  const failures: unknown[] = [];
  let frames = 0;
  try {
    for await (const outcome of mapInOrder(pictures, workers + 1, follow)) {
      if (!(await take(outcome))) break;
      frames++;
      for (const { id } of outcome.faces) ids.add(id);
      if (outcome.error) failures.push(outcome.error);
      progress.done(outcome.frame.time, outcome.faces.length);
    }
  } finally {
    progress.stop();
  }
  for (const error of failures) reportError(error, { file: film, verbose });
  if (damage !== undefined) reportError(damageError(damage), { file: film, verbose });
  if (failures.length > 0 || damage !== undefined) process.exitCode = 1;
  say(`facial-lmk: ${ids.size} ${ids.size === 1 ? 'face' : 'faces'} followed through ${frames} frames.`);
}

/** The size of the frames to work on. */
function reduced({ width, height }: FilmInfo, maxSide: number): { width: number; height: number } {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const side = (full: number) => Math.max(1, Math.round(full * scale));
  return { width: side(width), height: side(height) };
}

const damageError = (reason: string) =>
  new FilmError({
    name: 'the film',
    expected: 'a whole film',
    received: `a damaged one (${reason})`,
    hint: 'What could be decoded is written.',
  });

/** The line of a frame, in pixels of the whole film. */
function lineOf(
  { info, options }: Run,
  { index, time, image }: FilmFrame,
  faces: TrackedFace[],
  error: unknown,
): string {
  const { width, height } = info;
  const { subpixel, attributes } = options;
  const full = image.width === width ? faces : scaleFaces(faces, image, info);
  const found = error
    ? { error: errorToJson(error) }
    : { faces: full.map((face) => faceToJson(face, { subpixel, attributes })) };
  return `${JSON.stringify({ frame: index, time, width, height, ...found })}\n`;
}
