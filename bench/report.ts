import type { Section } from './bench.js';
import { type Calibration, isQuiet, type Machine } from './machine.js';

export interface Report {
  machine: Machine;
  calibration: { before: Calibration; after: Calibration };
  quiet: boolean;
  models: { detector: string; landmarker: string };
  rounds: number;
  sections: Section[];
}

const milliseconds = (value: number) =>
  value < 0.995 ? value.toFixed(3) : value < 99.5 ? value.toFixed(2) : value.toFixed(0);
const ratio = (value: number) => (value < 0.01 ? value.toFixed(4) : value.toFixed(3));

/** One table: median, quartiles and the ratio to the baseline with its quartiles. */
export function formatSection({ title, baseline, rows, note }: Section): string {
  const cells = rows.map((row) => [
    row.name,
    `${milliseconds(row.median)} ms`,
    `${milliseconds(row.low)} to ${milliseconds(row.high)}`,
    row.ratio ? ratio(row.ratio.median) : '',
    row.ratio ? `${ratio(row.ratio.low)} to ${ratio(row.ratio.high)}` : '',
  ]);
  if (rows.length === 0) return [title, ...(note ? [`  ${note}`] : [])].join('\n');
  const header = ['', 'median', 'quartiles', ...(baseline ? [`to ${baseline}`, 'quartiles'] : ['', ''])];
  const widths = header.map((text, i) => Math.max(text.length, ...cells.map((row) => row[i].length)));
  const line = (row: string[]) =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [title, ...[header, ...cells].map((row) => `  ${line(row)}`), ...(note ? [`  ${note}`] : [])].join('\n');
}

export function formatMachine({ cpu, cores, memoryGiB, platform, versions }: Machine): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}`, ...software].join(', ');
}

export function formatQuiet(before: Calibration, after: Calibration): string {
  const part = ({ load, best, spread }: Calibration) =>
    `load ${load.toFixed(2)}, loop ${best.toFixed(2)} ms + ${(100 * spread).toFixed(0)} %`;
  const verdict = isQuiet(before, after)
    ? 'The machine was quiet'
    : 'The machine was NOT quiet: trust the ratios, not the milliseconds';
  return `${verdict} (before: ${part(before)}; after: ${part(after)}).`;
}
