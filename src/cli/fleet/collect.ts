import { Command } from 'commander';
import { InvalidOptionError } from '../../errors.js';
import { collectRun } from '../../fleet/collect-run.js';
import { writeFileAtomic } from '../../node/files/write-file.js';
import { kindOf } from '../kind-of.js';
import { say } from '../say.js';
import { addRunOptions, openRunFiles, type RunCommandOptions } from './fleet-options.js';

interface CollectCommandOptions extends RunCommandOptions {
  jsonl: string;
  partial?: boolean;
}

/** `facial-lmk fleet collect`: all results of a run in one file. */
export function collectCommand(): Command {
  return addRunOptions(new Command('collect').description('write all results of a run into one file, in its order'))
    .requiredOption('--jsonl <file>', 'the file to write: a line for each image')
    .option('--partial', 'leave out what is not done yet, instead of failing')
    .action(collect);
}

async function collect({ jsonl, partial, ...options }: CollectCommandOptions): Promise<void> {
  if ((await kindOf(jsonl)) !== 'missing') {
    const expected = 'a file that is not there yet';
    throw new InvalidOptionError({ name: '--jsonl', expected, received: jsonl, hint: 'Choose another one.' });
  }
  const files = await openRunFiles(options);
  let [images, left] = [0, 0];
  async function* lines() {
    for await (const shard of collectRun(files, { partial })) {
      images += shard.lines.length;
      left += shard.left;
      if (shard.lines.length > 0) yield `${shard.lines.join('\n')}\n`;
    }
  }
  await writeFileAtomic(jsonl, lines());
  say(`facial-lmk: ${images} images in ${jsonl}${left > 0 ? `, ${left} are not done yet` : ''}.`);
  if (left > 0) process.exitCode = 1;
}
