// The README must be true: its programs run, its commands exist and work, its links lead somewhere.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NETWORK_SETS } from '../../src/node/models/network-sets.js';
import { blocksOf, commandsOf, linksOf, npmScriptOf, ROOT, SnippetFolder } from '../support/snippets.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const folder = new SnippetFolder();

afterAll(() => folder.remove());

it('has no gap left to fill', () => {
  expect(readme).not.toMatch(/^[A-Z_]{4,}$|TODO|TBD/m);
});

it('says of the built-in set what was measured', () => {
  const { found, images, nme, nmeWithoutContour } = NETWORK_SETS.mediapipe.measured!;
  const row = readme.split('\n').find((line) => line.startsWith('| `mediapipe`'));
  expect(row).toContain(`| ${found} of ${images} | ${nme}, ${nmeWithoutContour} |`);
});

describe('programs', () => {
  const programs = blocksOf(readme).filter(({ language }) => language === 'js');
  it('are there', () => expect(programs.length).toBeGreaterThan(0));

  it.each(programs)('the one on line $line runs', (program) => {
    expect(() => folder.runProgram(program)).not.toThrow();
  });
});

describe('commands', () => {
  const lines = commandsOf(readme);
  const npmScripts = lines.filter(({ text }) => npmScriptOf(text) !== undefined);
  const own = lines.filter(({ text }) => text.startsWith('npx facial-lmk '));

  it('are there', () => expect(own.length).toBeGreaterThan(3));

  it.each(npmScripts)('line $line: $text', ({ text }) => {
    expect(Object.keys(scripts)).toContain(npmScriptOf(text));
  });

  it.each(own)('line $line: $text', ({ text }) => {
    expect(() => folder.runCommand(text)).not.toThrow();
  });
});

describe('links', () => {
  it.each(linksOf(readme).filter((target) => !target.startsWith('#')))('%s is there', (target) => {
    expect(existsSync(join(ROOT, target.replace(/#.*/, '')))).toBe(true);
  });
});
