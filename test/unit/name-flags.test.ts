import { Command } from 'commander';
import { expect, it } from 'vitest';
import { nameFlags, useFlagsOf } from '../../src/cli/name-flags.js';
import { InvalidOptionError } from '../../src/errors.js';

useFlagsOf(
  new Command()
    .option('--min-score <score>')
    .option('--dir <folder>')
    .option('--decoder <name>')
    .option('-x', 'no name'),
);

it.each([
  [
    'Expected a number from 0 to 1 for minScore but received 2.',
    'Expected a number from 0 to 1 for --min-score but received 2.',
  ],
  ['Raise `minScore`.', 'Raise --min-score.'],
  ['Use `decoder: "auto"`.', 'Use --decoder auto.'],
  ['Choose another folder as `directory`.', 'Choose another folder as --dir.'],
])('%s', (message, expected) => {
  expect(nameFlags(message)).toBe(expected);
});

it.each([
  'Raise `maxQueue`.',
  'Wait for `pool.room()`.',
  'Install sharp: `npm install sharp`.',
  'Expected a face for the minScore but received 2.',
  new InvalidOptionError({ name: 'constructor', expected: 'a', received: '`toString`' }).message,
])('leaves what is no option of the command: %s', (message) => {
  expect(nameFlags(message)).toBe(message);
});
