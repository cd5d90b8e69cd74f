// The guides must be true, as the README must: their programs run, their commands work, their links lead somewhere.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Page, writtenPages } from '../../scripts/docs/pages.js';
import { slug } from '../../scripts/docs/render.js';
import { MAIN } from '../support/command.js';
import { blocksOf, commandsOf, linksOf, npmScriptOf, ROOT, SnippetFolder } from '../support/snippets.js';

const pages = writtenPages().flatMap(({ pages }) => pages);
const guides = pages.filter(({ source }) => source !== 'README.md');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const folder = new SnippetFolder();

/** Where documents say that the service listens; it takes a free port here. */
const ADDRESS = 'http://127.0.0.1:8080';
let service: ChildProcess;
let address: string;

beforeAll(async () => {
  service = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--workers', '1'], {
    env: { ...process.env, FACIAL_LMK_MODELS: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  [address] = (await once(createInterface({ input: service.stdout! }), 'line')) as [string];
});
afterAll(async () => {
  service.kill('SIGTERM');
  await once(service, 'exit');
  folder.remove();
});

/** Blocks that no test runs by this file: the browser's are run there, Python has no runtime here, and text is no program. */
const RUN_ELSEWHERE = ['html', 'python', 'text'];
/**
 * Commands that change the machine, or that need what is not here. `examples.test.ts` runs the examples,
 * `test/package/bundlers.test.ts` those of esbuild.
 */
const NOT_RUN = /^(npm (install|ci)|npx esbuild |git clone|docker |node examples\/|ffmpeg |npm run setup)/;

const checked = (text: string) => NOT_RUN.test(text) || /^(npx (facial-lmk|vitest) |curl )/.test(text);

const each = <T>(list: (page: Page) => T[]) =>
  guides.flatMap((page) => list(page).map((item) => ({ source: page.source, ...item })));

describe('blocks', () => {
  it.each(guides)('of $source are of a kind that is checked', ({ markdown }) => {
    const languages = new Set(blocksOf(markdown).map(({ language }) => language));
    expect([...languages].filter((language) => !['js', 'sh', ...RUN_ELSEWHERE].includes(language))).toEqual([]);
    // No fence is left over that the blocks do not see.
    expect([...markdown.matchAll(/^ *```/gm)]).toHaveLength(2 * blocksOf(markdown).length);
  });
});

describe('programs', () => {
  const programs = each(({ markdown }) => blocksOf(markdown).filter(({ language }) => language === 'js'));

  it('are there', () => expect(programs.length).toBeGreaterThan(15));

  it.each(programs)('$source, line $line', (program) => {
    const code = program.code.replaceAll(ADDRESS, address);
    expect(() => folder.runProgram({ ...program, code })).not.toThrow();
  });
});

describe('commands', () => {
  const commands = each(({ markdown }) => commandsOf(markdown));
  const starting = (start: string) => commands.filter(({ text }) => text.startsWith(start));

  it('are all of a kind that is checked', () => {
    expect(commands.filter(({ text }) => !checked(text) && npmScriptOf(text) === undefined)).toEqual([]);
  });

  it.each(commands.filter(({ text }) => !NOT_RUN.test(text) && npmScriptOf(text)))('$source: $text', ({ text }) => {
    expect(Object.keys(scripts)).toContain(npmScriptOf(text));
  });

  it.each(starting('npx facial-lmk '))('$source: $text', ({ text }) => {
    expect(() => folder.runCommand(text)).not.toThrow();
  });

  it.each(starting('npx vitest '))('$source: $text', ({ text }) => {
    const path = text.split(' ').find((word) => word.startsWith('test/')) as string;
    expect(existsSync(join(ROOT, path))).toBe(true);
  });

  it.each(starting('curl '))('$source: $text', ({ text }) => {
    expect(folder.run('sh', ['-c', text.replaceAll(ADDRESS, address)]).length > 0 || text.includes(' -o ')).toBe(true);
  });
});

describe('links', () => {
  const links = pages.flatMap(({ source, markdown }) => linksOf(markdown).map((target) => ({ source, target })));

  it.each(links)('$source: $target', ({ source, target }) => {
    const [path, anchor] = target.split('#');
    const file = path === '' ? source : normalize(join(dirname(source), path));
    expect(existsSync(join(ROOT, file))).toBe(true);
    if (anchor === undefined) return;
    const page = pages.find((page) => page.source === file) as Page;
    const headings = [...page.markdown.matchAll(/^#+ (.+)$/gm)].map(([, text]) => slug(text.replaceAll('`', '')));
    expect(headings).toContain(anchor);
  });
});

/** All sources as one text. */
const readSources = () =>
  (readdirSync(join(ROOT, 'src'), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
    .join('\n');

describe('Troubleshooting', () => {
  const { markdown } = pages.find(({ source }) => source === 'docs/troubleshooting.md') as Page;
  const codes = new Set(readSources().match(/(?<=['"])ERR_[A-Z_]+(?=['"])/g));

  it('explains every error', () => {
    expect(codes.size).toBeGreaterThan(20);
    // With the anchor that `error.help` names.
    const row = (code: string) => `| <a id="${code.toLowerCase()}"></a>\`${code}\` |`;
    expect([...codes].filter((code) => !markdown.includes(row(code)))).toEqual([]);
  });

  it('explains no other', () => {
    const explained = [...markdown.matchAll(/^\| <a id="\w+"><\/a>`(ERR_\w+)` \|/gm)].map(([, code]) => code);
    expect(explained.filter((code) => !codes.has(code))).toEqual([]);
  });
});
