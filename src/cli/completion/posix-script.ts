import { allCommands, type CommandNode } from './command-tree.js';

/** The differences between bash and zsh: variables with the words of the line, and commands that offer candidates. */
interface Dialect {
  /** Lines before the function. */
  head: string[];
  current: string;
  previous: string;
  /** The words between the program and the one that is being typed. */
  before: string;
  /** Offers the words in `$candidates` that begin like the current one. */
  offer: string;
  /** Offers files. */
  files: string;
  /** Lines after the function. */
  tail: string[];
}

export const DIALECTS = {
  bash: {
    head: [],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    current: '${COMP_WORDS[COMP_CWORD]}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    previous: '${COMP_WORDS[COMP_CWORD-1]}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    before: '"${COMP_WORDS[@]:1:COMP_CWORD-1}"',
    offer: 'COMPREPLY=($(compgen -W "$candidates" -- "$current"))',
    // With an empty reply bash completes file names itself.
    files: 'COMPREPLY=()',
    tail: ['complete -o default -F _facial_lmk facial-lmk'],
  },
  zsh: {
    head: ['#compdef facial-lmk'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    current: '${words[CURRENT]}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    previous: '${words[CURRENT-1]}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    before: '"${(@)words[2,CURRENT-1]}"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own braces
    offer: 'compadd -- ${=candidates}',
    files: '_files',
    tail: ['compdef _facial_lmk facial-lmk'],
  },
} as const satisfies Record<string, Dialect>;

const key = ({ path }: CommandNode) => path.map((name) => `/${name}`).join('');

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/** A branch of `case`; empty when there are no patterns. */
const branch = (patterns: readonly string[], action: string) =>
  patterns.length > 0 ? [`    ${patterns.map((pattern) => `'${pattern}'`).join('|')}) ${action} ;;`] : [];

/** The completion script for bash and zsh. */
export function posixScript(program: CommandNode, dialect: Dialect): string {
  const commands = allCommands(program);
  const withChoices = commands.flatMap((command) =>
    command.flags
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ names, choices }) =>
        branch(
          names.map((name) => `${key(command)} ${name}`),
          `candidates='${choices.join(' ')}'`,
        ),
      ),
  );
  const withValue = commands.flatMap((command) =>
    command.flags
      .filter(({ takesValue, choices }) => takesValue && choices.length === 0)
      .flatMap(({ names }) => names.map((name) => `${key(command)} ${name}`)),
  );
  return [
    ...dialect.head,
    '_facial_lmk() {',
    `  local current="${dialect.current}" previous="${dialect.previous}" at="" word candidates=""`,
    `  for word in ${dialect.before}; do`,
    '    case "$at/$word" in',
    ...indented(branch(commands.slice(1).map(key), 'at="$at/$word"')),
    '    esac',
    '  done',
    '  case "$at $previous" in',
    ...withChoices,
    ...branch(withValue, `${dialect.files}; return`),
    '  esac',
    '  if [[ -z $candidates && $current == -* ]]; then',
    '    case "$at" in',
    ...commands.flatMap((command) => {
      const names = command.flags.flatMap(({ names }) => names);
      return indented(branch([key(command)], `candidates='${names.join(' ')}'`));
    }),
    '    esac',
    '  elif [[ -z $candidates ]]; then',
    '    case "$at" in',
    ...commands.flatMap((command) => {
      const choices = [...command.children.map(({ path }) => path.at(-1)), ...command.words];
      return choices.length > 0 ? indented(branch([key(command)], `candidates='${choices.join(' ')}'`)) : [];
    }),
    '    esac',
    '  fi',
    `  if [[ -n $candidates ]]; then ${dialect.offer}; else ${dialect.files}; fi`,
    '}',
    ...dialect.tail,
    '',
  ].join('\n');
}
