import { Command } from 'commander';
import { cancelRun } from '../../fleet/cancel-run.js';
import { retryRun } from '../../fleet/retry-run.js';
import { print } from '../standard-output.js';
import { collectCommand } from './collect.js';
import { enqueueCommand } from './enqueue.js';
import { failuresCommand } from './failures.js';
import {
  addQueueOptions,
  addRunOptions,
  openRunFiles,
  type QueueCommandOptions,
  type RunCommandOptions,
  withQueue,
} from './fleet-options.js';
import { statusCommand } from './status.js';
import { workCommand } from './work.js';

type Options = QueueCommandOptions & RunCommandOptions;

const HELP = `
One machine needs none of this: facial-lmk detect photos/ --jsonl faces.jsonl --workers 4 --resume.

  npm install bullmq ioredis                             and aws4fetch for S3
  facial-lmk fleet enqueue photos/ --out results/        once
  facial-lmk fleet work --workers 4                      on each machine
  facial-lmk fleet status --out results/ --watch
  facial-lmk fleet collect --out results/ --jsonl faces.jsonl`;

/** `facial-lmk fleet`: many machines on one archive. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .description('have many machines work on millions of images, by a queue in Redis or Valkey')
    .addCommand(enqueueCommand())
    .addCommand(workCommand())
    .addCommand(statusCommand())
    .addCommand(failuresCommand())
    .addCommand(retryCommand())
    .addCommand(collectCommand())
    .addCommand(cancelCommand())
    .addHelpText('after', HELP);
}

function retryCommand(): Command {
  return addQueueOptions(addRunOptions(new Command('retry')))
    .description('try images again that were given up, or that may succeed now')
    .option('--all', 'every image without a result')
    .action(async ({ all, ...options }: Options & { all?: boolean }) => {
      const files = await openRunFiles(options);
      const images = await withQueue(options, (queue) => retryRun(files, queue, { all }));
      await print(`${images} images are tried again\n`);
    });
}

function cancelCommand(): Command {
  return addQueueOptions(addRunOptions(new Command('cancel')))
    .description('stop a run; what is done stays, and enqueue goes on with it')
    .action(async (options: Options) => {
      const files = await openRunFiles(options);
      const jobs = await withQueue(options, (queue) => cancelRun(files, queue));
      await print(`run ${options.run} is cancelled, ${jobs} jobs have left the queue\n`);
    });
}
