import type { Command } from 'commander';
import { openPlace } from '../../fleet/places/open-place.js';
import { DEFAULT_QUEUE, openQueue } from '../../fleet/queue/bullmq-queue.js';
import type { ShardQueue } from '../../fleet/queue/shard-queue.js';
import { RunFiles } from '../../fleet/run/run-files.js';
import { notEmpty } from '../option-parsers.js';

export interface QueueCommandOptions {
  queue?: string | undefined;
  queueName: string;
  telemetry?: boolean | undefined;
}

export interface RunCommandOptions {
  out: string;
  run: string;
}

const LOCAL = 'redis://127.0.0.1:6379';

export function addQueueOptions(command: Command): Command {
  return command
    .option('--queue <url>', `Redis or Valkey (default: FACIAL_LMK_QUEUE, else ${LOCAL})`, notEmpty)
    .option('--queue-name <name>', 'name of the queue in it', notEmpty, DEFAULT_QUEUE);
}

export function addRunOptions(command: Command): Command {
  return command
    .requiredOption('--out <place>', 'folder or s3://bucket/prefix of the results', notEmpty)
    .option('--run <name>', 'name of the run', notEmpty, 'default');
}

/** The environment, too: what stands on a command line, every user of the machine can read. */
export const queueAddress = ({ queue }: Pick<QueueCommandOptions, 'queue'>): string =>
  queue ?? (process.env.FACIAL_LMK_QUEUE || LOCAL);

/** Does something with the queue, and closes it. */
export async function withQueue<T>(options: QueueCommandOptions, job: (queue: ShardQueue) => Promise<T>): Promise<T> {
  const queue = await openQueue(queueAddress(options), { name: options.queueName, telemetry: options.telemetry });
  try {
    return await job(queue);
  } finally {
    await queue.close();
  }
}

export const openRunFiles = async ({ out, run }: RunCommandOptions): Promise<RunFiles> =>
  new RunFiles(await openPlace(out), run);
