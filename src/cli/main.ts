#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { FacialLmkError } from '../errors.js';
import { PACKAGE_VERSION } from '../node/package-paths.js';
import { detectCommand } from './detect.js';
import { evaluateCommand } from './evaluate.js';
import { mergeCommand } from './merge.js';
import { modelsCommand } from './models.js';
import { parityCommand } from './parity.js';
import { reportError } from './report-error.js';
import { serveCommand } from './serve.js';

const USAGE = 2;

/** Settings that commander does not hand down to commands made elsewhere. */
function adopt(command: Command): Command {
  command.exitOverride().configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'facial-lmk: ')),
  });
  command.commands.forEach(adopt);
  return command;
}

const program = new Command('facial-lmk')
  .description('Photo in, every face out: box, 5 key points, 106 landmarks, aligned crops and matrices.')
  .version(PACKAGE_VERSION)
  .option('--verbose', 'show where an error comes from')
  .addCommand(detectCommand())
  .addCommand(evaluateCommand())
  .addCommand(mergeCommand())
  .addCommand(modelsCommand())
  .addCommand(parityCommand())
  .addCommand(serveCommand());

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no failure.
  if (error.code === 'EPIPE') process.exit();
  reportError(error, { file: 'standard output' });
  process.exit(1);
});

try {
  await adopt(program).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; its code is 0 for --help and --version.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else {
    // Whatever ends a command as a whole is a wrong setting, unless it is a mistake of this program.
    const { verbose } = program.opts<{ verbose?: boolean }>();
    const expected = error instanceof FacialLmkError;
    reportError(error, { verbose: verbose || !expected });
    process.exitCode = expected ? USAGE : 1;
  }
}
