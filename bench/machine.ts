import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Where the figures come from. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  platform: string;
  versions: Record<string, string>;
}

/** How steadily the machine worked on a task of fixed size. */
export interface Calibration {
  /** Runnable threads of the last minute. Before a benchmark it shows the others; afterwards the benchmark itself. */
  load: number;
  /** Milliseconds of the task at its best. */
  best: number;
  /** How much longer its slowest tenth took, 0.1 = 10 %. */
  spread: number;
}

/** More than this and something else wants the cores too. */
const QUIET_SPREAD = 0.1;

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    versions: { node: process.versions.node, 'onnxruntime-node': versionOf('onnxruntime-node') },
  };
}

/** Integer arithmetic of a few milliseconds that touches no memory. */
function fixedTask(): number {
  let state = 1;
  for (let i = 0; i < 2_000_000; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return state;
}

export function calibrate(): Calibration {
  const load = loadavg()[0];
  const times: number[] = [];
  for (let i = 0; i < 120; i++) {
    const start = performance.now();
    fixedTask();
    times.push(performance.now() - start);
  }
  const steady = times.slice(20).sort((a, b) => a - b);
  return { load, best: steady[0], spread: steady[Math.floor(0.9 * steady.length)] / steady[0] - 1 };
}

/** Whether the two calibrations around a benchmark allow to trust its milliseconds. */
export function isQuiet(before: Calibration, after: Calibration): boolean {
  const drift = Math.abs(after.best / before.best - 1);
  return Math.max(before.spread, after.spread, drift) <= QUIET_SPREAD;
}
