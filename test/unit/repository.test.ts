// What must never creep into the repository, whoever changes it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.js';
import * as library from '../../src/index.js';
import { VERSION } from '../../src/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

/** Lines of tracked text files that match; `git grep` ends with 1 where none does. */
function lines(pattern: string, ...paths: string[]): string[] {
  try {
    return git('grep', '-nIiE', pattern, '--', ...paths)
      .split('\n')
      .filter(Boolean);
  } catch (error) {
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  it('pins every package by its digest', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  });

  it('holds no address: packages come from whatever registry the user trusts', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});

describe('the package', () => {
  it('calls itself by one version', () => {
    expect(JSON.parse(read('package.json')).version).toBe(VERSION);
  });

  it('runs nothing when it is installed', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const atInstall = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'dependencies'];
    expect(Object.keys(scripts).filter((name) => atInstall.includes(name))).toEqual([]);
    // A file of this name would make npm run node-gyp.
    expect(existsSync(`${root}binding.gyp`)).toBe(false);
  });
});

describe.skipIf(!existsSync(`${root}.git`))('the tracked files (needs a git clone)', () => {
  it('are small', () => {
    const files = git('ls-files', '-z')
      .split('\0')
      .filter((file) => file !== '' && existsSync(`${root}${file}`));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => statSync(`${root}${file}`).size > 1_500_000)).toEqual([]);
  });

  it('hold no path of the machine they were written on', () => {
    // Written in pieces, so that this line is not found.
    const folders = ['work', 'root', 'home', 'Users'].map((name) => `["'\` (]/${name}${'/'}[a-z]`);
    expect(lines(folders.join('|'))).toEqual([]);
  });

  it('hold no address of a package registry', () => {
    expect(lines(`https?://[^ "'\`]*(${['regis', 'try'].join('')}|artifactory|verdaccio)`)).toEqual([]);
  });

  it('hide no unhandled rejection: vitest and Node end with an error on any', () => {
    const hiding = ['dangerouslyIgnore' + 'Unhandled', "on\\('unhandled" + 'Rejection', 'unhandled-' + 'rejections='];
    expect(lines(hiding.join('|'))).toEqual([]);
  });

  it('leave no test out, and single none out', () => {
    expect(lines('\\b(it|test|describe)\\.(only|skip|todo)\\b', 'test')).toEqual([]);
  });
});

describe('the main entry', () => {
  it('exports every error', () => {
    const names = Object.keys(errors).filter((name) => name.endsWith('Error'));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in library))).toEqual([]);
  });
});
