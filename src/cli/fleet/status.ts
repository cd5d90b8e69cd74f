import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { observe } from '../../fleet/observe/observe.js';
import { runMetrics } from '../../fleet/observe/run-metrics.js';
import { type RunStatus, RunWatcher } from '../../fleet/run-status.js';
import { integerIn, notEmpty, numberIn } from '../option-parsers.js';
import { printableJson } from '../printable.js';
import { print, shownName } from '../standard-output.js';
import { StopSignal } from '../stop-signal.js';
import {
  addQueueOptions,
  addRunOptions,
  openRunFiles,
  type QueueCommandOptions,
  type RunCommandOptions,
  withQueue,
} from './fleet-options.js';

interface StatusCommandOptions extends QueueCommandOptions, RunCommandOptions {
  watch?: number | true;
  json?: boolean;
  port?: number;
  host: string;
}

const EVERY = 5;

/** `facial-lmk fleet status`: how far a run has come. */
export function statusCommand(): Command {
  const command = new Command('status').description('say how far a run has come: done, rate, time left, by machine');
  return addQueueOptions(addRunOptions(command))
    .option('--watch [seconds]', `say it again until the run is done (default: every ${EVERY})`, numberIn(0.1, 86_400))
    .option('--json', 'one JSON object for each look')
    .option('--port <n>', 'with --watch: serve /v1/health and /metrics of the run there', integerIn(0, 65535))
    .option('--host <address>', 'address to serve them on', notEmpty, '127.0.0.1')
    .action(status);
}

async function status(options: StatusCommandOptions): Promise<void> {
  const { watch, json, port, host } = options;
  const files = await openRunFiles(options);
  await withQueue(options, async (queue) => {
    const watcher = new RunWatcher(files, queue);
    let last = await watcher.status();
    const metrics = () => runMetrics(last);
    const server =
      watch && port !== undefined ? await observe({ host, port, isHealthy: () => true, metrics }) : undefined;
    const stop = new StopSignal();
    try {
      for (;;) {
        const isRead = await print(json ? `${printableJson(last)}\n` : describe(last));
        const { shards, isCancelled } = last;
        // Who serves metrics goes on: the run may be begun again.
        const isOver = isCancelled || shards.done === shards.all;
        if (!isRead || watch === undefined || stop.wish.aborted || (isOver && !server)) return;
        const seconds = watch === true ? EVERY : watch;
        await wait(1000 * seconds, undefined, { signal: stop.wish }).catch(() => undefined);
        if (stop.wish.aborted) return;
        last = await watcher.status();
      }
    } finally {
      stop.dispose();
      await server?.stop();
    }
  });
}

function describe(status: RunStatus): string {
  const { run, images, shards, faces, failures, rate, secondsLeft, machines, queue, isCancelled } = status;
  const state = isCancelled ? 'cancelled' : shards.done === shards.all ? 'done' : duration(secondsLeft);
  const lines = [
    `run ${run}: ${images.done} of ${images.all} images, ${shards.done} of ${shards.all} shards, ${state}`,
    `${rate.toFixed(1)} images a second, ${faces} faces, ${failures} failed`,
    queue ? `queue: ${queue.waiting} jobs wait, ${queue.active} held` : 'queue: no answer',
    ...machines.map(
      ({ machine, images, shards, last }) =>
        `  ${shownName(machine)}: ${images} images, ${shards} shards, last ${last}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function duration(seconds: number | undefined): string {
  if (seconds === undefined) return 'nothing goes on';
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours > 0 ? `${hours} h ` : ''}${minutes} min ${Math.round(seconds % 60)} s left`;
}
