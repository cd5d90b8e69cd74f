#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { FacialLmkError } from '../errors.js';
import { isFullDisk } from '../node/files/write-error.js';
import { VERSION } from '../version.js';
import { anonymizeCommand } from './anonymize.js';
import { completionCommand } from './completion.js';
import { cropCommand } from './crop.js';
import { detectCommand } from './detect.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { fleetCommand } from './fleet/fleet.js';
import { mergeCommand } from './merge.js';
import { modelsCommand } from './models.js';
import { useFlagsOf } from './name-flags.js';
import { checkPaths } from './option-parsers.js';
import { pageCommand } from './page.js';
import { parityCommand } from './parity.js';
import { reportError, tellWhereCodesAreExplained } from './report-error.js';
import { say } from './say.js';
import { serveCommand } from './serve.js';
import { trackCommand } from './track.js';

const USAGE = 2;

/** Applies settings that commander does not pass on to subcommands made in other files. */
function adopt(command: Command): Command {
  command.exitOverride().configureOutput({
    outputError: (text) =>
      text
        .trimEnd()
        .replace(/^error: /, 'facial-lmk: ')
        .split('\n')
        .forEach(say),
  });
  checkPaths(command);
  command.commands.forEach(adopt);
  return command;
}

const program = new Command('facial-lmk')
  .description('Photo in, every face out: box, 5 key points, 106 landmarks, aligned crops and matrices.')
  .version(VERSION)
  .option('--verbose', 'show where an error comes from')
  .addCommand(anonymizeCommand())
  .addCommand(completionCommand())
  .addCommand(cropCommand())
  .addCommand(detectCommand())
  .addCommand(doctorCommand())
  .addCommand(evaluateCommand())
  .addCommand(fleetCommand())
  .addCommand(mergeCommand())
  .addCommand(modelsCommand())
  .addCommand(pageCommand())
  .addCommand(parityCommand())
  .addCommand(serveCommand())
  .addCommand(trackCommand())
  .hook('preAction', (_, command) => useFlagsOf(command));

// Printing to standard output reports its own errors. When the reader of standard error goes away, the run continues.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await adopt(program).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has already printed the error; its exit code is 0 for --help and --version.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else {
    // An error that ends the whole command is a wrong setting, except a full disk or a bug of this program.
    const { verbose } = program.opts<{ verbose?: boolean }>();
    const expected = error instanceof FacialLmkError;
    reportError(error, { verbose: verbose || !expected });
    process.exitCode = expected && !isFullDisk(error.cause) ? USAGE : 1;
  }
} finally {
  tellWhereCodesAreExplained();
}
