import { Command } from 'commander';
import { runFailures } from '../../fleet/run-failures.js';
import { csvLine, csvName } from '../csv-line.js';
import { printableJson } from '../printable.js';
import { print } from '../standard-output.js';
import { addRunOptions, openRunFiles, type RunCommandOptions } from './fleet-options.js';

/** `facial-lmk fleet failures`: which images have no result, and why. */
export function failuresCommand(): Command {
  return addRunOptions(new Command('failures').description('list the images of a run that have no result, and why'))
    .option('--csv', 'a header and one line for each image, instead of JSON lines')
    .action(failures);
}

async function failures({ csv, ...options }: RunCommandOptions & { csv?: boolean }): Promise<void> {
  const files = await openRunFiles(options);
  if (csv && !(await print(csvLine(['image', 'shard', 'code', 'retryable', 'message'])))) return;
  for await (const { image, shard, code, retryable, message } of runFailures(files)) {
    const line = csv
      ? csvLine([csvName(image), shard, code, String(retryable), csvName(message)])
      : `${printableJson({ image, shard, code, retryable, message })}\n`;
    if (!(await print(line))) return;
  }
}
