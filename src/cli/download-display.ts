import type { SingleBar } from 'cli-progress';
import type { DownloadProgress } from '../node/models/model-download.js';
import { progressBar } from './progress-bar.js';
import { say } from './say.js';

const MEGABYTE = 1e6;

/**
 * Shows a download on standard error: a bar with rate and time left on a terminal, a line every few seconds elsewhere.
 * One bar per file; a download that continues at another location keeps its bar.
 */
export class DownloadDisplay {
  #bar: SingleBar | undefined;
  #fileName: string | undefined;
  #startTime = 0;
  #startBytes = 0;

  update({ fileName, received, total }: DownloadProgress): void {
    // If the server does not tell the size, the bar is full and shows the bytes received so far.
    const megabytes = (total ?? received) / MEGABYTE;
    if (fileName !== this.#fileName || received < this.#startBytes) this.#begin(fileName, received, megabytes);
    this.#bar?.setTotal(megabytes);
    this.#bar?.update(received / MEGABYTE, { rate: this.#rate(received) });
  }

  /** Prints a line of its own. */
  note(line: string): void {
    this.stop();
    say(line);
  }

  /** Ends the current bar, so that other lines can follow it. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#fileName = undefined;
  }

  #begin(fileName: string, received: number, megabytes: number): void {
    this.stop();
    this.#fileName = fileName;
    this.#startTime = performance.now();
    this.#startBytes = received;
    this.#bar = progressBar('{file}  {bar}  {value} of {total} MB  {rate} MB/s  {eta_formatted} left', {
      formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? value.toFixed(1) : String(value)),
    });
    this.#bar.start(megabytes, received / MEGABYTE, { file: fileName, rate: '0.0' });
  }

  #rate(received: number): string {
    const seconds = (performance.now() - this.#startTime) / 1000;
    return seconds === 0 ? '0.0' : ((received - this.#startBytes) / MEGABYTE / seconds).toFixed(1);
  }
}
