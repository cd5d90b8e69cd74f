import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { isDynamicPattern } from 'tinyglobby';
import { InvalidOptionError } from '../../errors.js';
import { type Enqueued, type EnqueueOptions, enqueueRun } from '../../fleet/enqueue-run.js';
import { openPlace } from '../../fleet/places/open-place.js';
import { type ImageKeys, keysOf, keysOfList, keysOfPaths } from '../../fleet/run/image-keys.js';
import { pickRunOptions, type RunOptions } from '../../fleet/run/recipe.js';
import { imagesOf, SHARD_IMAGES } from '../../fleet/run/run.js';
import { RunFiles } from '../../fleet/run/run-files.js';
import { addDetectionOptions } from '../finder-options.js';
import { imagesOfPattern, patternFolder } from '../images-of-pattern.js';
import { kindOf } from '../kind-of.js';
import { addNetworkOptions, findNetworks, type NetworkOptions } from '../network-options.js';
import { integerIn, notEmpty, numberIn } from '../option-parsers.js';
import { say } from '../say.js';
import { print } from '../standard-output.js';
import { StopSignal } from '../stop-signal.js';
import {
  addQueueOptions,
  addRunOptions,
  type QueueCommandOptions,
  type RunCommandOptions,
  withQueue,
} from './fleet-options.js';

interface EnqueueCommandOptions
  extends NetworkOptions,
    QueueCommandOptions,
    RunCommandOptions,
    Omit<RunOptions, 'subpixel'> {
  subpixel?: boolean;
  shardImages: number;
  reuse?: string;
  wait?: number | true;
}

const HELP = `
A list holds a JSON string on each line, or an object with "image": links, s3://bucket/key, or paths below the list's folder.

Again with the same --run it adds what is missing: after the queue was lost, after a cancel. Other networks or options make all
results anew; new photographs make a new run, and --reuse OLD takes from an old one what has not changed.

Examples:
  facial-lmk fleet enqueue photos/ --out results/
  facial-lmk fleet enqueue s3://archive/2024 --out s3://results/2024 --run 2024 --wait`;

/** Seconds between two looks whether the queue has lost something. */
const LOOK = 15;

/** `facial-lmk fleet enqueue`: images into shards, shards into the queue. */
export function enqueueCommand(): Command {
  const command = new Command('enqueue')
    .description('begin a run over many images, or add what the queue has lost of it')
    .argument('<images>', 'a folder, a glob pattern, a list of JSON lines, or s3://bucket/prefix');
  addQueueOptions(addRunOptions(command))
    .option(
      '--shard-images <n>',
      'images of a shard',
      integerIn(SHARD_IMAGES.least, SHARD_IMAGES.most),
      SHARD_IMAGES.byDefault,
    )
    .option('--reuse <run>', 'take the results of an earlier run where image and networks are the same', notEmpty)
    .option(
      '--wait [seconds]',
      `stay until all is done, and add what the queue loses (default: every ${LOOK})`,
      numberIn(0.1, 86_400),
    )
    .option('--crops', 'also write each face upright, as PNG')
    .option('--subpixel', 'landmarks with fractions instead of integers');
  addDetectionOptions(addNetworkOptions(command));
  return command.addHelpText('after', HELP).action(enqueue);
}

async function imagesFrom(argument: string): Promise<ImageKeys> {
  if (argument.startsWith('s3://')) return keysOf(await openPlace(argument));
  const kind = await kindOf(argument);
  if (kind === 'folder') return keysOf(await openPlace(argument));
  if (kind === 'file') return keysOfList(argument);
  if (!isDynamicPattern(argument)) {
    const expected = 'a folder, a pattern, a list of JSON lines or s3://bucket/prefix';
    throw new InvalidOptionError({ name: 'the images', expected, received: `${argument}, where nothing is` });
  }
  const found = await imagesOfPattern(argument);
  const failed = found.find(({ error }) => error);
  if (failed?.error) throw failed.error;
  return keysOfPaths(
    patternFolder(argument),
    found.map(({ name }) => name),
  );
}

async function enqueue(argument: string, options: EnqueueCommandOptions): Promise<void> {
  const { identity } = await findNetworks(options);
  const { run, shardImages, reuse } = options;
  const out = await openPlace(options.out);
  await withQueue(options, async (queue) => {
    const wish = async (): Promise<EnqueueOptions> => ({
      ...{ images: await imagesFrom(argument), out, queue, run, networks: identity },
      ...{ options: pickRunOptions(options), shardImages, reuse },
    });
    const enqueued = await enqueueRun(await wish());
    await tell(enqueued);
    if (options.wait === undefined) return;
    const seconds = options.wait === true ? LOOK : options.wait;
    await waitFor(new RunFiles(out, run), wish, seconds);
  });
}

async function tell({ run, isNew, missing }: Enqueued): Promise<void> {
  const { length } = run.shards;
  const begun = isNew ? 'begun' : missing > 0 ? 'goes on' : 'is done';
  const queued = missing > 0 ? `, ${missing} of them in the queue` : '';
  await print(`run ${run.name} ${begun}: ${imagesOf(run)} images in ${length} shards${queued}\n`);
}

/** Adds what the queue has lost until nothing is missing. */
async function waitFor(files: RunFiles, wish: () => Promise<EnqueueOptions>, seconds: number) {
  const stop = new StopSignal();
  try {
    while ((await files.missing(await files.open())).length > 0) {
      await wait(1000 * seconds, undefined, { signal: stop.wish }).catch(() => undefined);
      if (stop.wish.aborted || (await files.isCancelled())) {
        say('facial-lmk: the run is not done.');
        process.exitCode = 1;
        return;
      }
      // A queue that is away comes back.
      await enqueueRun(await wish()).catch((error) => {
        if (error?.retryable !== true) throw error;
        say(`facial-lmk: ${error.message}`);
      });
    }
    await print(`run ${files.name} is done\n`);
  } finally {
    stop.dispose();
  }
}
