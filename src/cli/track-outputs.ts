import { type FileHandle, open } from 'node:fs/promises';
import { FilmError } from '../errors.js';
import { PendingFile } from '../node/files/pending-file.js';
import { writeError } from '../node/files/write-error.js';
import type { Ffmpeg, FilmFormat, FilmInfo, FilmWriter, SoundCodec } from '../node/film/ffmpeg.js';
import { overlayRaster } from '../overlay/overlay-raster.js';
import { overlayShapes } from '../overlay/overlay-shapes.js';
import type { TrackedFace } from '../tracking/tracks.js';
import type { PixelImage } from '../types.js';

/** The lines of a film, in a file that is not there before the last one is. */
export class LinesFile {
  readonly #target: string;
  readonly #pending: PendingFile;
  readonly #file: FileHandle;

  private constructor(target: string, pending: PendingFile, file: FileHandle) {
    this.#target = target;
    this.#pending = pending;
    this.#file = file;
  }

  /** @throws FileAccessError */
  static async begin(target: string): Promise<LinesFile> {
    const pending = await PendingFile.begin(target);
    const file = await open(pending.path, 'wx').catch((error) => {
      throw writeError(target, error);
    });
    return new LinesFile(target, pending, file);
  }

  /** @throws FileAccessError */
  async append(line: string): Promise<void> {
    await this.#file.appendFile(line).catch((error) => {
      throw writeError(this.#target, error);
    });
  }

  /** @throws FileAccessError */
  async commit(): Promise<void> {
    await this.#file.close();
    await this.#pending.commit();
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await this.#pending.discard();
  }
}

export interface OverlayFilmOptions {
  ffmpeg: Ffmpeg;
  /** The film that is tracked, for its sound. */
  film: string;
  info: FilmInfo;
  format: FilmFormat;
}

/** A film with its faces drawn over it and the sound of the original, which is not there before it is whole. */
export class OverlayFilm {
  readonly #target: string;
  readonly #pending: PendingFile;
  readonly #options: OverlayFilmOptions;
  /** How the sound is written; undefined where there is none. */
  readonly sound: SoundCodec | undefined;
  /** Begun with the first picture, whose time the sound is moved by. */
  #writer: FilmWriter | undefined;
  #start = 0;
  #last = -1;

  private constructor(
    target: string,
    pending: PendingFile,
    options: OverlayFilmOptions,
    sound: SoundCodec | undefined,
  ) {
    this.#target = target;
    this.#pending = pending;
    this.#options = options;
    this.sound = sound;
  }

  /** @throws FileAccessError */
  static async begin(target: string, options: OverlayFilmOptions): Promise<OverlayFilm> {
    const pending = await PendingFile.begin(target);
    const { ffmpeg, film, info, format } = options;
    const sound = info.hasSound ? await ffmpeg.chooseSound(film, pending.path, format) : undefined;
    return new OverlayFilm(target, pending, options, sound);
  }

  /**
   * Adds a frame with its faces.
   * @param time of it in the film; one that is not after the frame before is moved behind it
   * @throws FilmError, FileAccessError
   */
  async add(image: PixelImage, faces: readonly TrackedFace[], time: number): Promise<void> {
    const { width, height } = image;
    const { ffmpeg, film, info, format } = this.#options;
    if (!this.#writer) {
      const sound = this.sound && { path: film, codec: this.sound, start: time };
      this.#start = time;
      const { pixelAspect } = info;
      const options = { name: this.#target, width, height, pixelAspect, sound };
      this.#writer = ffmpeg.write(this.#pending.path, format, options);
    }
    const seconds = Math.max(time - this.#start, this.#last + LEAST_PAUSE);
    this.#last = seconds;
    await this.#writer.write(drawn(image, faces), Math.max(0, seconds));
  }

  /** @throws FilmError, FileAccessError */
  async commit(): Promise<void> {
    if (!this.#writer) throw new FilmError({ name: 'the film', expected: 'at least one frame', received: 'none' });
    await this.#writer.finish();
    await this.#pending.commit();
  }

  async discard(): Promise<void> {
    await this.#writer?.abandon();
    await this.#pending.discard();
  }
}

/** Seconds between two pictures at least: encoders refuse times that stand still. */
const LEAST_PAUSE = 0.001;

/** The frame with its faces, and the id of each before its score. */
function drawn(image: PixelImage, faces: readonly TrackedFace[]): PixelImage {
  const { width, height } = image;
  const names = faces.map(({ id }) => String(id));
  return overlayRaster(image, overlayShapes(faces, { width, height, names }));
}
