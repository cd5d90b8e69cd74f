import type { Command } from 'commander';

/** Options with other names in the command than in the library. */
const OTHER_NAMES: Readonly<Record<string, string>> = { directory: 'dir' };

let flags: ReadonlyMap<string, string> = new Map();

/** Makes later messages use the flags of this command. */
export function useFlagsOf(command: Command): void {
  flags = new Map(command.options.flatMap((option) => (option.long ? [[option.attributeName(), option.long]] : [])));
}

/**
 * A message of the library, reworded for users of the command: `--min-score` instead of the option `minScore`, and `--decoder auto`
 * instead of `decoder: "auto"`.
 */
export function nameFlags(message: string): string {
  const flagOf = (option: string) => flags.get(OTHER_NAMES[option] ?? option);
  return message
    .replace(/ for (\w+) but received /, (whole, option) => whole.replace(option, flagOf(option) ?? option))
    .replaceAll(/`(\w+)(?:: "(\w+)")?`/g, (whole, option, value) => {
      const flag = flagOf(option);
      return flag ? [flag, value].filter(Boolean).join(' ') : whole;
    });
}
