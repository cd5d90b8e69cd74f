import type { SingleBar } from 'cli-progress';
import { progressBar } from './progress-bar.js';
import { errorLines } from './report-error.js';
import { say } from './say.js';

const FORMAT = '{bar}  {value} of {total}  {rate} a second  {eta_formatted} left  {faces} faces  {failures} failed';

/** Shows the progress of a long run on standard error, and lists the failures at its end. */
export class DetectProgress {
  readonly #bar: SingleBar = progressBar(FORMAT);
  readonly #start = performance.now();
  readonly #verbose: boolean | undefined;
  #failures = 0;
  /** Kept as text, because hundreds of thousands of Error objects would fill the memory. */
  readonly #lines: string[] = [];
  #done = 0;
  #faces = 0;

  constructor(total: number, verbose: boolean | undefined) {
    this.#verbose = verbose;
    this.#bar.start(total, 0, this.#payload());
  }

  done(faces: number): void {
    this.#faces += faces;
    this.#step();
  }

  failed(error: unknown, file: string): void {
    this.#failures++;
    this.#lines.push(...errorLines(error, { file, verbose: this.#verbose }));
    this.#step();
  }

  /** Removes the bar and lists the failures. */
  stop(): void {
    this.#bar.stop();
    this.#lines.forEach(say);
  }

  #step(): void {
    this.#bar.update(++this.#done, this.#payload());
  }

  #payload() {
    const seconds = (performance.now() - this.#start) / 1000;
    const rate = seconds > 0 ? this.#done / seconds : 0;
    return { rate: rate.toFixed(1), faces: this.#faces, failures: this.#failures };
  }
}
