/** A picture of a film, as ffmpeg's filter `showinfo` tells of it. */
export interface ShownPicture {
  /** Its number in the film, from 0. */
  index: number;
  /** When it is shown, seconds, to the microsecond. */
  time: number;
}

/** Pictures a second where a film does not say. */
const DEFAULT_RATE = 25;
/** Errors that are kept: a damaged film has thousands. */
const MAX_ERRORS = 5;
/** Characters of a line that are looked at. */
const MAX_LINE = 2000;

const CONFIG = /^\[Parsed_showinfo_0 @ \w+\] \[info\] config in time_base: (\d+)\/(\d+), frame_rate: (\d+)\/(\d+)/;
const SHOWN = /^\[Parsed_showinfo_0 @ \w+\] \[info\] n: *(\d+) pts: *(-?\d+|NOPTS) .*? sar:(\d+)\/(\d+) s:(\d+)x(\d+) /;
const DURATION = /^\[info\] {3}Duration: (\d+):(\d+):(\d+\.\d+),/;
const SOUND = /^\[info\] {3}Stream #0:\d+.*?: Audio: /;
const ERROR = /^(?:\[[^\]]* @ \w+\] )?\[(?:error|fatal|panic)\] (.*)/;

/** What ffmpeg says of a film on standard error, with `-v repeat+level+info`, line by line. */
export class FilmLog {
  /** The size of its pictures and the shape of their pixels, as soon as one was decoded. */
  picture: { width: number; height: number; pixelAspect: string | undefined } | undefined;
  /** Seconds, where the film says. */
  duration: number | undefined;
  hasSound = false;
  /** The first ones. */
  readonly errors: string[] = [];
  readonly #every: number;
  readonly #shown: ShownPicture[] = [];
  #waiting: ((picture: ShownPicture | undefined) => void) | undefined;
  #over = false;
  /** Seconds of one tick, and of a picture. */
  #tick = 1;
  #pause = 1 / DEFAULT_RATE;
  #pictures = 0;
  #lastTime = 0;
  #rest = '';

  /** @param every pictures whose numbers in ffmpeg's count are multiples of it are asked for by {@link nextShown} */
  constructor(every: number) {
    this.#every = every;
  }

  /** Takes what has come. */
  add(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = (lines.pop() as string).slice(0, MAX_LINE);
    for (const line of lines) this.#read(line.slice(0, MAX_LINE));
  }

  /** Nothing comes any more. */
  end(): void {
    this.add('\n');
    this.#over = true;
    this.#waiting?.(undefined);
  }

  /** The next picture that goes on to the output; undefined when there is none. */
  async nextShown(): Promise<ShownPicture | undefined> {
    if (this.#shown.length > 0 || this.#over) return this.#shown.shift();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #read(line: string): void {
    const shown = SHOWN.exec(line);
    if (shown) this.#show(shown);
    const config = CONFIG.exec(line)?.slice(1).map(Number);
    if (config) {
      this.#tick = config[0] / config[1];
      if (config[2] > 0) this.#pause = config[3] / config[2];
    }
    const duration = DURATION.exec(line)?.slice(1).map(Number);
    if (duration) this.duration = duration[0] * 3600 + duration[1] * 60 + duration[2];
    if (SOUND.test(line)) this.hasSound = true;
    const error = ERROR.exec(line)?.[1].trim().replace(/\.$/, '');
    if (error && this.errors.length < MAX_ERRORS) this.errors.push(error);
  }

  #show([, number, pts, numerator, denominator, width, height]: RegExpExecArray): void {
    // A ratio with 0 is not known.
    const pixelAspect = Number(numerator) * Number(denominator) > 0 ? `${numerator}/${denominator}` : undefined;
    this.picture ??= { width: Number(width), height: Number(height), pixelAspect };
    const next = this.#pictures === 0 ? 0 : this.#lastTime + this.#pause;
    const time = Math.round((pts === 'NOPTS' ? next : Number(pts) * this.#tick) * 1e6) / 1e6;
    const picture = { index: this.#pictures++, time };
    this.#lastTime = time;
    // By ffmpeg's own number: it begins anew where the size of the pictures changes.
    if (Number(number) % this.#every !== 0) return;
    if (this.#waiting) this.#waiting(picture);
    else this.#shown.push(picture);
    this.#waiting = undefined;
  }
}
