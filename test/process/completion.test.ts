// The completion, asked as the shells ask it, in the shells that are installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, runCommand } from '../support/command.js';

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-completion-'));
/** Where no file is to be named. */
const empty = mkdtempSync(join(folder, 'empty-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** What a line, cut where the cursor stands, is completed with: nothing where the shell is to name files. */
type Ask = (line: string) => string[];

const words = (line: string) => line.split(' ').map((word) => `'${word}'`);
const listed = (text: string) => text.trim().split(/\s+/).filter(Boolean);

const SHELLS: Record<string, (script: string) => Ask> = {
  bash: (script) => (line) =>
    listed(
      execFileSync(
        'bash',
        ['--norc', '-c'].concat(`
        source ${script}
        COMP_WORDS=(${words(line).join(' ')})
        COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
        _facial_lmk
        echo "\${COMPREPLY[@]}"`),
        { encoding: 'utf8' },
      ),
    ),
  // Outside of its line editor zsh completes nothing, so what it would be told is listened to.
  zsh: (script) => (line) =>
    listed(
      execFileSync(
        'zsh',
        ['-f', '-c'].concat(`
        compdef() { }
        _files() { }
        compadd() { shift; for word in "$@"; do [[ $word == \${words[CURRENT]}* ]] && echo $word; done; true }
        source ${script}
        words=(${words(line).join(' ')})
        CURRENT=\${#words}
        _facial_lmk`),
        { encoding: 'utf8' },
      ),
    ),
  fish: (script) => (line) =>
    execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C ${JSON.stringify(line)}`], {
      encoding: 'utf8',
      cwd: empty,
    })
      .split('\n')
      .map((text) => text.split('\t')[0])
      .filter(Boolean),
};

describe.each(Object.keys(SHELLS))('of %s', (shell) => {
  describe.skipIf(!isThere(shell))('where it is installed', () => {
    let ask: Ask;

    beforeAll(() => {
      const script = join(folder, shell);
      writeFileSync(script, execFileSync(process.execPath, [MAIN, 'completion', shell]));
      ask = SHELLS[shell](script);
    });

    it('knows the commands, and those below a command', () => {
      expect(ask('facial-lmk de')).toEqual(['detect']);
      expect(ask('facial-lmk models ')).toEqual(expect.arrayContaining(['fetch', 'list', 'verify']));
    });

    it('knows the options of a command, and no other', () => {
      expect(ask('facial-lmk detect --overlay')).toEqual(['--overlay', '--overlay-format']);
      expect(ask('facial-lmk serve --overlay')).toEqual([]);
      expect(ask('facial-lmk models fetch --acc')).toEqual(['--accept-licence']);
      expect(ask('facial-lmk detect photo.jpg --min')).toEqual(['--min-score']);
    });

    it('knows the values of an option, and of an argument', () => {
      expect(ask('facial-lmk detect --overlay-format ').sort()).toEqual(['jpeg', 'png', 'svg', 'webp']);
      expect(ask('facial-lmk completion ba')).toEqual(['bash']);
    });

    it('leaves files to the shell', () => {
      expect(ask('facial-lmk detect --overlay ')).toEqual([]);
      expect(ask('facial-lmk detect ')).toEqual([]);
    });
  });
});

it('is refused for a shell that is not known, with those that are', async () => {
  const { code, stderr } = await runCommand(folder, ['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
