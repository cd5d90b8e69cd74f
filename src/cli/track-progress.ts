import type { SingleBar } from 'cli-progress';
import { progressBar } from './progress-bar.js';

const COUNTS = 'frame {frames}  {rate} frames a second  {faces} faces';

/** How far the tracking of a film has come, on standard error. */
export class TrackProgress {
  readonly #bar: SingleBar;
  readonly #start = performance.now();
  #frames = 0;

  /** @param duration of the film in seconds, where it is known */
  constructor(duration: number | undefined) {
    const format = duration === undefined ? COUNTS : `{bar} {percentage} %  ${COUNTS}  {eta_formatted} left`;
    this.#bar = progressBar(format);
    this.#bar.start(duration ?? Number.MAX_SAFE_INTEGER, 0, this.#payload(0));
  }

  /** A frame is done. @param time of it, seconds @param faces in it */
  done(time: number, faces: number): void {
    this.#frames++;
    this.#bar.update(time, this.#payload(faces));
  }

  stop(): void {
    this.#bar.stop();
  }

  #payload(faces: number) {
    const seconds = (performance.now() - this.#start) / 1000;
    const rate = seconds > 0 ? this.#frames / seconds : 0;
    return { frames: this.#frames, rate: rate.toFixed(1), faces };
  }
}
