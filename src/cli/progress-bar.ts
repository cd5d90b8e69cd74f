import { type Options, Presets, SingleBar } from 'cli-progress';
import { unicodeTerminal } from './unicode-terminal.js';

const ASCII = { format: '', barCompleteChar: '#', barIncompleteChar: '-' };

/** A bar on standard error: redrawn on a terminal, a line every few seconds elsewhere. */
export function progressBar(format: string, options: Options = {}): SingleBar {
  return new SingleBar(
    {
      stream: process.stderr,
      format,
      barsize: 30,
      etaBuffer: 500,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      // The command handles signals itself. A second handler would swallow the first signal.
      gracefulExit: false,
      ...options,
    },
    unicodeTerminal(process.env, process.platform) ? Presets.shades_classic : ASCII,
  );
}
