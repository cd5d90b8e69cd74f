// All that knows of ffmpeg: how it is started, what it is told, and what went wrong.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { FileAccessError, FilmError } from '../../errors.js';
import { packPixels } from '../../image/pack-pixels.js';
import { onAbort } from '../../runtime/on-abort.js';
import { frames } from '../../tracking/frames.js';
import type { PixelImage } from '../../types.js';
import { writeError } from '../files/write-error.js';
import { FilmLog, type ShownPicture } from './film-log.js';
import { matroskaHeader, matroskaPicture } from './raw-matroska.js';

/** What is known of a film before it is read. */
export interface FilmInfo {
  /** Of its pictures as they are shown, upright; pixels. */
  width: number;
  height: number;
  /** Width to height of one pixel, `16/15`; undefined where the film does not say. */
  pixelAspect: string | undefined;
  /** Seconds, where the film says. */
  duration: number | undefined;
  hasSound: boolean;
}

export interface FilmFrame extends ShownPicture {
  image: PixelImage;
}

export interface ReadFilmOptions {
  /** Only each so many pictures. */
  every: number;
  /** Size of the pictures as they are wanted, pixels. */
  width: number;
  height: number;
  /** Aborting ends ffmpeg and rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called before the end, with what ffmpeg says, when something in the film could not be decoded. */
  damaged(reason: string): void;
}

export interface WriteFilmOptions {
  /** What messages call the film. */
  name: string;
  /** Of the pictures, pixels. */
  width: number;
  height: number;
  pixelAspect: string | undefined;
  /** The film that the sound is taken from, and the time in it of the first picture that is written. */
  sound: { path: string; codec: SoundCodec; start: number } | undefined;
}

/** What films can be written, and what ffmpeg calls the container. */
export const FILM_FORMATS = { mp4: 'mp4', m4v: 'mp4', mov: 'mov', mkv: 'matroska', webm: 'webm' } as const;
export type FilmFormat = (typeof FILM_FORMATS)[keyof typeof FILM_FORMATS];

/** How the sound gets into another container: as it is, or in the container's own codec. */
export type SoundCodec = 'copy' | 'encode';
const SOUND_CODEC: Record<SoundCodec, readonly string[]> = { copy: ['-c:a', 'copy'], encode: [] };

/** From this version on an option has another name. */
const FPS_MODE_SINCE = [5, 1];
/** What ffmpeg ends with after a signal that it could still hear. */
const ENDED_BY_SIGNAL = 255;

const INSTALL =
  'Install it (Debian, Ubuntu: apt install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg), or say where it lies: --ffmpeg PATH.';

/** One process of ffmpeg. */
class Run {
  readonly child: ChildProcess;
  readonly log: FilmLog;
  /** Settles when it has ended and all its output has been read. */
  readonly ended: Promise<void>;
  isOver = false;
  /** Whether it takes no more input. */
  isDeaf = false;
  #failure: Error | undefined;

  constructor(path: string, args: readonly string[], stdin: 'pipe' | 'ignore', stdout: 'pipe' | 'ignore', every = 1) {
    this.log = new FilmLog(every);
    // In a group of its own, where the system has such: Ctrl-C is for this process alone, which ends the other one in order.
    const detached = process.platform !== 'win32';
    this.child = spawn(path, args, { stdio: [stdin, stdout, 'pipe'], detached, windowsHide: true });
    const kill = () => this.kill();
    process.on('exit', kill);
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.log.add(chunk));
    // Why, the end of the process tells.
    this.child.stdin?.on('error', () => {
      this.isDeaf = true;
    });
    this.child.on('error', (error) => {
      this.#failure = error;
    });
    this.ended = once(this.child, 'close')
      // An error at the start comes first, and `once` fails with it.
      .catch(() => undefined)
      .then(() => {
        process.off('exit', kill);
        this.isOver = true;
        this.log.end();
      });
  }

  /** Why the process never began. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get succeeded(): boolean {
    return this.child.exitCode === 0;
  }

  /** Whether something ended it before it was done. */
  get wasKilled(): boolean {
    const { exitCode } = this.child;
    return exitCode === null || exitCode === ENDED_BY_SIGNAL;
  }

  /** How it ended, in words. */
  get end(): string {
    const { exitCode, signalCode } = this.child;
    const { errors } = this.log;
    return [this.#failure?.message ?? signalCode ?? `exit code ${exitCode}`, ...errors.slice(0, 2)].join('; ');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Writes pictures into a film. */
export class FilmWriter {
  readonly #run: Run;
  readonly #name: string;
  readonly #size: { width: number; height: number };
  #begun = false;

  /** @internal */
  constructor(run: Run, name: string, size: { width: number; height: number }) {
    this.#run = run;
    this.#name = name;
    this.#size = size;
  }

  /**
   * Writes a picture, and waits until the encoder has room for the next one.
   * @param seconds since the first picture
   * @throws FilmError, FileAccessError
   */
  async write(image: PixelImage, seconds: number): Promise<void> {
    const { width, height } = this.#size;
    if (!this.#begun) this.#put(matroskaHeader(width, height));
    this.#begun = true;
    const data = packPixels(image, 'rgb');
    this.#put(matroskaPicture(seconds, data.length));
    if (!this.#put(data)) await this.#room();
    if (!this.#run.isDeaf && !this.#run.isOver) return;
    await this.#run.ended;
    throw this.#failed();
  }

  /** Waits until the film is whole. @throws FilmError, FileAccessError */
  async finish(): Promise<void> {
    this.#run.child.stdin?.end();
    await this.#run.ended;
    if (!this.#run.succeeded || this.#isFull) throw this.#failed();
  }

  /** Ends the encoder; what it has written is of no use. */
  async abandon(): Promise<void> {
    this.#run.kill();
    await this.#run.ended;
  }

  /** @returns false when there is no room left */
  #put(bytes: Uint8Array): boolean {
    return this.#run.child.stdin?.write(bytes) ?? false;
  }

  async #room(): Promise<void> {
    const { child, ended, isOver } = this.#run;
    if (!child.stdin || isOver) return;
    await Promise.race([once(child.stdin, 'drain').catch(() => undefined), ended]);
  }

  get #isFull(): boolean {
    return this.#run.log.errors.some((error) => error.includes('No space left'));
  }

  #failed(): Error {
    if (this.#isFull) return writeError(this.#name, Object.assign(new Error(this.#run.end), { code: 'ENOSPC' }));
    return new FilmError({
      name: this.#name,
      expected: 'ffmpeg to run to the end of the film',
      received: this.#run.end,
    });
  }
}

/** The user's ffmpeg. */
export class Ffmpeg {
  readonly #path: string;
  readonly #isOld: boolean;

  private constructor(path: string, isOld: boolean) {
    this.#path = path;
    this.#isOld = isOld;
  }

  /**
   * Looks whether ffmpeg is there, and which one.
   * @param path of the program, or a name that is looked for where the system looks for programs
   * @throws FilmError
   */
  static async find(path = 'ffmpeg'): Promise<Ffmpeg> {
    const run = new Run(path, ['-version'], 'ignore', 'pipe');
    const output = run.child.stdout ? await text(run.child.stdout).catch(() => '') : '';
    await run.ended;
    const isFfmpeg = run.succeeded && output.startsWith('ffmpeg version ');
    if (!isFfmpeg) {
      const { failure } = run;
      const received = failure
        ? `none that can be run as ${JSON.stringify(path)} (${'code' in failure ? failure.code : failure.message})`
        : `another program, ${JSON.stringify(path)}`;
      throw new FilmError({
        name: 'ffmpeg',
        expected: 'a program that reads films',
        received,
        hint: INSTALL,
        cause: failure,
      });
    }
    // Builds between versions call themselves otherwise: they are new.
    const version = /^ffmpeg version n?(\d+)\.(\d+)/.exec(output)?.slice(1).map(Number);
    const [major, minor] = version ?? FPS_MODE_SINCE;
    return new Ffmpeg(path, major < FPS_MODE_SINCE[0] || (major === FPS_MODE_SINCE[0] && minor < FPS_MODE_SINCE[1]));
  }

  /**
   * Decodes the first picture of a film.
   * @throws FileAccessError for a file that cannot be read; FilmError for one that is no film, or a film without pictures
   */
  async probe(film: string): Promise<FilmInfo> {
    await checkFile(film);
    const run = this.#start([...input(film), ...PICTURES, '-frames:v', '1', '-vf', this.#showinfo, '-f', 'null', '-']);
    await run.ended;
    const { picture, duration, hasSound, errors } = run.log;
    if (picture) return { ...picture, duration, hasSound };
    const isWithout = errors.some((error) => /matches no streams|does not contain any stream/.test(error));
    throw new FilmError({
      name: 'the film',
      expected: 'a film',
      received: isWithout
        ? 'one without pictures'
        : `something that ffmpeg finds no picture in (${errors[0] ?? run.end})`,
      hint: isWithout ? undefined : 'The file may be of another kind, or was cut off.',
    });
  }

  /**
   * The pictures of a film in order, upright, in rgb. ffmpeg runs no further ahead than a pipe has room for.
   * @throws FilmError when ffmpeg ends before the film does; the signal's reason
   */
  async *read(
    film: string,
    { every, width, height, signal, damaged }: ReadFilmOptions,
  ): AsyncGenerator<FilmFrame, void, undefined> {
    signal.throwIfAborted();
    const select = every > 1 ? `,select=not(mod(n\\,${every}))` : '';
    const run = this.#start(
      [
        ...input(film),
        ...PICTURES,
        ...['-vf', `${this.#showinfo}${select},scale=${width}:${height}`, ...this.#everyPicture],
        ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
      ],
      { stdout: 'pipe', every },
    );
    const forget = onAbort(signal, () => run.kill());
    try {
      for await (const image of frames(run.child.stdout ?? [], { width, height })) {
        const shown = await run.log.nextShown();
        signal.throwIfAborted();
        if (!shown) throw new FilmError({ name: 'the film', expected: 'a time of each picture', received: 'none' });
        yield { image, ...shown };
      }
      await run.ended;
    } catch (error) {
      if (error instanceof FilmError) throw error;
      // Half a picture, because ffmpeg was ended: that is told below.
      await run.ended;
      if (!run.wasKilled) throw error;
    } finally {
      forget();
      run.kill();
      await run.ended;
    }
    signal.throwIfAborted();
    if (run.wasKilled)
      throw new FilmError({ name: 'the film', expected: 'ffmpeg to run to the end of the film', received: run.end });
    if (!run.succeeded || run.log.errors.length > 0) damaged(run.log.errors[0] ?? run.end);
  }

  /** How the sound of a film can be had in a container, or undefined where it cannot. @param path a file to try it with */
  async chooseSound(film: string, path: string, format: FilmFormat): Promise<SoundCodec | undefined> {
    for (const codec of ['copy', 'encode'] as const) {
      const sound = ['-map', '0:a', ...SOUND_CODEC[codec]];
      const run = this.#start([...input(film), ...sound, '-t', '0.1', '-f', format, '-y', output(path)]);
      await run.ended;
      if (run.succeeded) return codec;
    }
    return undefined;
  }

  /** Begins a film. @param path where it is written to; a file that is there is replaced */
  write(path: string, format: FilmFormat, { name, width, height, pixelAspect, sound }: WriteFilmOptions): FilmWriter {
    const filters = [
      // The usual codecs halve the colours, and take no odd sides.
      'pad=ceil(iw/2)*2:ceil(ih/2)*2',
      // Players take films that do not say for this or another: said, it is right everywhere.
      'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p',
      ...(pixelAspect ? [`setsar=${pixelAspect}`] : []),
    ];
    const run = this.#start(
      [
        ...['-copyts', '-f', 'matroska', '-i', 'pipe:0'],
        ...(sound ? ['-itsoffset', String(-sound.start), ...input(sound.path)] : []),
        ...['-map', '0:v', ...(sound ? ['-map', '1:a', ...SOUND_CODEC[sound.codec]] : [])],
        ...['-vf', filters.join(','), ...this.#everyPicture, '-enc_time_base', '1/90000', '-colorspace', 'bt709'],
        // The encoder's own default takes seconds for a picture.
        ...(format === 'webm' ? ['-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '1'] : []),
        ...['-f', format, '-y', output(path)],
      ],
      { stdin: 'pipe' },
    );
    return new FilmWriter(run, name, { width, height });
  }

  /** Without sums over each picture, where that can be had. */
  get #showinfo(): string {
    return this.#isOld ? 'showinfo' : 'showinfo=checksum=0';
  }

  /** Each picture as it is: none twice, none left out, for the sake of an even rate. */
  get #everyPicture(): readonly string[] {
    return [this.#isOld ? '-vsync' : '-fps_mode', 'passthrough'];
  }

  #start(
    args: readonly string[],
    {
      stdin = 'ignore',
      stdout = 'ignore',
      every = 1,
    }: { stdin?: 'pipe' | 'ignore'; stdout?: 'pipe' | 'ignore'; every?: number } = {},
  ): Run {
    const common = ['-hide_banner', '-nostdin', '-nostats', '-v', 'repeat+level+info'];
    return new Run(this.#path, [...common, ...args], stdin, stdout, every);
  }
}

/** Pictures, but no cover of a piece of music. */
const PICTURES = ['-map', '0:V:0'];

/**
 * A film with its own times, not shifted to 0. It is a file whatever its name looks like, and what it refers to is not fetched
 * from anywhere.
 */
const input = (film: string) => ['-copyts', '-protocol_whitelist', 'file', '-i', `file:${resolve(film)}`];
const output = (path: string) => `file:${resolve(path)}`;

async function checkFile(film: string): Promise<void> {
  const refuse = (received: string, cause?: unknown): never => {
    throw new FileAccessError({ name: 'the film', expected: 'a film that can be read', received, cause });
  };
  const info = await stat(film).catch((error: NodeJS.ErrnoException) => refuse(error.code ?? error.message, error));
  // A pipe can be read only once, and a film is opened several times.
  if (!info.isFile()) refuse(info.isDirectory() ? 'a directory' : 'something that is not a regular file');
  if (info.size === 0) throw new FilmError({ name: 'the film', expected: 'a film', received: 'an empty file' });
}
