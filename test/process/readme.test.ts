// The README must be true: its programs run, its commands exist and work, its links lead somewhere.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';

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

beforeAll(async () => {
  const { image } = drawScene({ seed: 3, width: 800, height: 600, faces: 3 });
  writeFileSync(join(folder, 'photo.jpg'), await encodeImage(image, 'jpeg'));
  mkdirSync(join(folder, 'photos'));
  copyFileSync(join(folder, 'photo.jpg'), join(folder, 'photos', 'one.jpg'));
  // Networks with the contracts of the real ones, under their names.
  copyFileSync(join(root, 'models/drawn-faces-detector.onnx'), join(folder, 'det_10g.onnx'));
  copyFileSync(join(root, 'models/drawn-faces-landmarker.onnx'), join(folder, '2d106det.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: string[]): string =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FACIAL_LMK_MODELS: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

it('has no gap left to fill', () => {
  expect(readme).not.toMatch(/^[A-Z_]{4,}$|TODO|TBD/m);
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

  // Fetching needs the internet and serving never ends: there the options are checked, not the work.
  it.each(own)('line $line: $text', ({ text }) => {
    const args = text
      .split(' ')
      .slice(2)
      .map((arg) => arg.replaceAll('"', ''));
    const main = join(root, 'dist/cli/main.js');
    const endless = ['serve', 'models'].includes(args[0]);
    expect(() =>
      run(process.execPath, [main, ...args.filter((arg) => arg !== '|'), ...(endless ? ['--help'] : [])]),
    ).not.toThrow();
  });
});

describe('links', () => {
  const targets = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, target]) => target);
  it.each([...new Set(targets)])('%s is there', (target) => {
    expect(existsSync(join(root, target))).toBe(true);
  });
});
