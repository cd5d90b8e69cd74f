import { allCommands, type CommandNode, type Flag } from './command-tree.js';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A fish condition: the line is at this command, and not at a subcommand of it. */
function condition({ path, children }: CommandNode): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const names = children.map(({ path }) => path.at(-1)).join(' ');
  const below = names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`];
  return quote([...seen, ...below].join('; and '));
}

function flagLine(command: CommandNode, { names, description, takesValue, choices }: Flag): string {
  const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value = choices.length > 0 ? [`-x -a ${quote(choices.join(' '))}`] : takesValue ? ['-r'] : [];
  return ['complete -c facial-lmk', `-n ${condition(command)}`, ...spelled, ...value, `-d ${quote(description)}`].join(
    ' ',
  );
}

/** The completion of fish. */
export function fishScript(program: CommandNode): string {
  const lines = allCommands(program).flatMap((command) => [
    // A command with subcommands takes no files.
    ...command.children.map(
      ({ path, description }) =>
        `complete -c facial-lmk -f -n ${condition(command)} -a ${path.at(-1)} -d ${quote(description)}`,
    ),
    ...(command.words.length > 0
      ? [`complete -c facial-lmk -f -n ${condition(command)} -a ${quote(command.words.join(' '))}`]
      : []),
    ...command.flags.map((flag) => flagLine(command, flag)),
  ]);
  return `${lines.join('\n')}\n`;
}
