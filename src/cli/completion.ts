import { Argument, Command } from 'commander';
import { type CommandNode, commandTree } from './completion/command-tree.js';
import { fishScript } from './completion/fish-script.js';
import { DIALECTS, posixScript } from './completion/posix-script.js';
import { print } from './standard-output.js';

const SCRIPTS: Record<string, (program: CommandNode) => string> = {
  bash: (program) => posixScript(program, DIALECTS.bash),
  zsh: (program) => posixScript(program, DIALECTS.zsh),
  fish: fishScript,
};

const HELP = `
For a command that is installed (npm install --global onnx-facial-lmk-detector), once:

  facial-lmk completion bash >> ~/.bashrc
  facial-lmk completion zsh >> ~/.zshrc          after the line with compinit
  facial-lmk completion fish > ~/.config/fish/completions/facial-lmk.fish`;

/** `facial-lmk completion`: prints a script with which a shell completes commands, options and their values. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print the shell script that completes commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action(async (shell: string, _: object, command: Command) => {
      await print(SCRIPTS[shell](commandTree(command.parent as Command)));
    });
}
