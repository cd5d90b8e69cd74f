import type { Command } from 'commander';

/** A flag of a command, and what may follow it. */
export interface Flag {
  /** `--networks`, and `-o` where there is a short one. */
  names: string[];
  description: string;
  takesValue: boolean;
  choices: readonly string[];
}

/** A command as a shell has to know it. */
export interface CommandNode {
  /** Its name with those above it: `models fetch`; empty for the program itself. */
  path: string[];
  description: string;
  children: CommandNode[];
  /** What its argument may be, where that is one of a few words. */
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

/** A command with all below it. */
export function commandTree(command: Command, path: string[] = []): CommandNode {
  const children = command.commands.map((child) => commandTree(child, [...path, child.name()]));
  const words = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return { path, description: command.description(), children, words, flags: flagsOf(command) };
}

/** All commands, the program itself first. */
export const allCommands = (node: CommandNode): CommandNode[] => [node, ...node.children.flatMap(allCommands)];
