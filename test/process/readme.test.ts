// The README must be true: its programs run, its commands exist and work, its links lead somewhere.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NETWORK_SETS } from '../../src/node/models/network-sets.js';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Fenced blocks of a language, in order, with the line they begin on. */
function blocks(language: string): { line: number; code: string }[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => ({
    line: readme.slice(0, match.index).split('\n').length,
    code: match[1],
  }));
}

// Inside the package, so that its programs import it by its own name.
mkdirSync(join(root, 'demo-output'), { recursive: true });
const folder = mkdtempSync(join(root, 'demo-output', 'readme-'));

beforeAll(() => {
  copyFileSync(SAMPLE_PICTURE, join(folder, 'photo.jpg'));
  mkdirSync(join(folder, 'photos'));
  copyFileSync(join(folder, 'photo.jpg'), join(folder, 'photos', 'one.jpg'));
  const points = Array.from({ length: 68 }, (_, i) => `${250 + (i % 10) * 15} ${200 + i * 2}`);
  writeFileSync(join(folder, 'photos', 'one.pts'), ['version: 1', 'n_points: 68', '{', ...points, '}', ''].join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    // Whatever this machine has been told: the README speaks of a fresh one.
    env: { ...process.env, FACIAL_LMK_MODELS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

it('has no gap left to fill', () => {
  expect(readme).not.toMatch(/^[A-Z_]{4,}$|TODO|TBD/m);
});

it('says of the built-in set what was measured', () => {
  const { found, images, nme, nmeWithoutContour } = NETWORK_SETS.mediapipe.measured!;
  const row = readme.split('\n').find((line) => line.startsWith('| `mediapipe`'));
  expect(row).toContain(`| ${found} of ${images} | ${nme}, ${nmeWithoutContour} |`);
});

describe('programs', () => {
  const programs = blocks('js');
  it('are there', () => expect(programs.length).toBeGreaterThan(3));

  it.each(programs)('the one on line $line runs', ({ line, code }) => {
    const file = join(folder, `line-${line}.mjs`);
    writeFileSync(file, code);
    expect(() => run(process.execPath, [file])).not.toThrow();
  });
});

describe('commands', () => {
  const lines = blocks('sh').flatMap(({ line, code }) =>
    code
      .split('\n')
      .map((text, i) => ({ line: line + 1 + i, text: text.replace(/\s+#.*$/, '').trim() }))
      .filter(({ text }) => text !== ''),
  );
  const npmScripts = lines.filter(({ text }) => /^(\w+=\S+ )?npm (run |test)/.test(text));
  const own = lines.filter(({ text }) => text.startsWith('npx facial-lmk '));

  it('are there', () => expect(own.length).toBeGreaterThan(3));

  it.each(npmScripts)('line $line: $text', ({ text }) => {
    const [, name] = /npm (?:run )?([\w:-]+)/.exec(text) ?? [];
    expect(Object.keys(scripts)).toContain(name);
  });

  // Fetching needs the internet, so does what is fetched, and serving never ends: there the options are checked, not the work.
  it.each(own)('line $line: $text', ({ text }) => {
    const args = text
      .split(' ')
      .slice(2)
      .map((arg) => arg.replaceAll('"', ''));
    const main = join(root, 'dist/cli/main.js');
    const unfit = ['serve', 'models'].includes(args[0]) || args.includes('insightface');
    expect(() =>
      run(process.execPath, [main, ...args.filter((arg) => arg !== '|'), ...(unfit ? ['--help'] : [])]),
    ).not.toThrow();
  });
});

describe('links', () => {
  const targets = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target]) => target);
  it.each([...new Set(targets)])('%s is there', (target) => {
    expect(existsSync(join(root, target))).toBe(true);
  });
});
