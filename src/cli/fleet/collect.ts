import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { FacialLmkError, InvalidOptionError } from '../../errors.js';
import { collectRun } from '../../fleet/collect-run.js';
import { makeFolder } from '../../node/files/make-folder.js';
import { ownedPath } from '../../node/files/owned-path.js';
import { writeError } from '../../node/files/write-error.js';
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
  const part = ownedPath(jsonl, 'part');
  let [images, left] = [0, 0];
  try {
    await makeFolder(dirname(jsonl));
    const file = await open(part, 'wx');
    try {
      for await (const shard of collectRun(files, { partial })) {
        images += shard.lines.length;
        left += shard.left;
        if (shard.lines.length > 0) await file.appendFile(`${shard.lines.join('\n')}\n`);
      }
    } finally {
      await file.close();
    }
    await rename(part, jsonl);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error instanceof FacialLmkError ? error : writeError(jsonl, error as NodeJS.ErrnoException);
  }
  say(`facial-lmk: ${images} images in ${jsonl}${left > 0 ? `, ${left} are not done yet` : ''}.`);
  if (left > 0) process.exitCode = 1;
}
