import type { Command } from 'commander';

/** A flag of a command, and the values that it takes. */
export interface Flag {
  /** `--networks`, and the short form like `-o`, if there is one. */
  names: string[];
  description: string;
  takesValue: boolean;
  choices: readonly string[];
}

/** The facts about a command that completion needs. */
export interface CommandNode {
  /** Its name with the names of its parents: `models fetch`. Empty for the program itself. */
  path: string[];
  description: string;
  children: CommandNode[];
  /** The possible values of its argument, if it takes one of a few words. */
  words: readonly string[];
  flags: Flag[];
}

function flagsOf(command: Command): Flag[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ short, long, description, required, optional, argChoices = [] }) => ({
      names: [long, short].filter((name) => name !== undefined),
      description,
      takesValue: required || optional,
      choices: argChoices,
    }));
}

/** A command with all its subcommands. */
export function commandTree(command: Command, path: string[] = []): CommandNode {
  const children = command.commands.map((child) => commandTree(child, [...path, child.name()]));
  const words = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return { path, description: command.description(), children, words, flags: flagsOf(command) };
}

/** All commands, the program itself first. */
export const allCommands = (node: CommandNode): CommandNode[] => [node, ...node.children.flatMap(allCommands)];
