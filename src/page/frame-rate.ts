const SECONDS = 2;

/** Frames a second, over the last two seconds. */
export class FrameRate {
  #times: number[] = [];

  /** Counts a frame. @returns the rate */
  next(seconds: number): number {
    this.#times = [...this.#times.filter((time) => time > seconds - SECONDS), seconds];
    const past = seconds - this.#times[0];
    return past > 0 ? (this.#times.length - 1) / past : 0;
  }
}
