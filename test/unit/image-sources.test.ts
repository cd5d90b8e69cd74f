// Which images the arguments of the command stand for, and what is said of the rest.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageSources } from '../../src/cli/image-sources.js';
import { OutputStems } from '../../src/cli/output-stems.js';
import { PassedOver } from '../../src/cli/passed-over.js';
import { unicodeTerminal } from '../../src/cli/unicode-terminal.js';

let folder: string;
const inFolder = (path: string) => join(folder, ...path.split('/'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-sources-'));
  for (const path of ['photos/deep', 'photos/.thumbnails', 'notes']) mkdirSync(inFolder(path), { recursive: true });
  const files = [
    'a.JPG',
    'b.heic',
    'c.jfif',
    'deep/d.png',
    'notes.txt',
    'more.txt',
    'film.mp4',
    'README',
    '.hidden.jpg',
  ];
  for (const file of files) writeFileSync(inFolder(`photos/${file}`), '');
  writeFileSync(inFolder('photos/.thumbnails/a.png'), '');
  writeFileSync(inFolder('notes/notes.txt'), '');
  symlinkSync('d.png', inFolder('photos/deep/link.png'));
  symlinkSync(join('..', '..'), inFolder('photos/deep/up.png'), 'junction');
  symlinkSync(join('..', '..'), inFolder('photos/deep/up'), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = async (...args: string[]) => {
  const sources = await imageSources(args.map(inFolder));
  return sources.map(({ name }) => name.slice(folder.length + 1).replaceAll(sep, '/'));
};
const messageFor = async (argument: string) => (await imageSources([argument]))[0].error?.message;

describe('images of a folder', () => {
  it('are those whose names say so, whatever a decoder makes of them', async () => {
    expect(await found('photos')).toEqual([
      'photos/a.JPG',
      'photos/b.heic',
      'photos/c.jfif',
      'photos/deep/d.png',
      'photos/deep/link.png',
    ]);
  });

  it('a note counts the other files, but for hidden ones', async () => {
    const passedOver = new PassedOver();
    await imageSources([inFolder('photos')], passedOver);
    expect(passedOver.summary).toBe('.txt (2), links to folders (2), .mp4 (1), without an ending (1)');
  });

  it('that has none, are an error that says what images are called', async () => {
    expect(await messageFor(inFolder('notes'))).toMatch(/a folder with images .* jpg, jpeg, .* heic/);
  });
});

describe('images of a folder on Linux', () => {
  it.runIf(process.platform === 'linux')('whose names are no UTF-8 are errors that say so', async () => {
    const inside = join(folder, 'latin');
    mkdirSync(inside);
    writeFileSync(Buffer.from(`${inside}/caf\xe9.png`, 'latin1'), '');
    writeFileSync(join(inside, 'odd \ufffd.png'), '');
    const [bad, odd] = await imageSources([inside]);
    expect(bad.error?.message).toMatch(/Expected a name in UTF-8.*Rename the file/);
    expect(odd.error).toBe(undefined);
  });
});

it('standard input is an image once', async () => {
  expect(await imageSources(['-', inFolder('photos/a.JPG')])).toHaveLength(2);
  await expect(imageSources(['-', '-'])).rejects.toThrow(/standard input once/);
});

describe('images of a pattern', () => {
  it('are never found twice through links to folders', async () => {
    expect(await found('photos/**/*.png')).toEqual(['photos/deep/d.png', 'photos/deep/link.png']);
  });

  it('are found in a folder that is itself named by a link', async () => {
    symlinkSync('photos', inFolder('link'), 'junction');
    expect(await found('link/*.heic')).toEqual(['link/b.heic']);
    const up = join('..', ...folder.split(sep).slice(-1), 'link', '*.heic').replaceAll(sep, '/');
    const saved = process.cwd();
    process.chdir(folder);
    try {
      for (const pattern of ['./link/*.heic', up]) {
        expect((await imageSources([pattern])).map(({ error }) => error)).toEqual([undefined]);
      }
    } finally {
      process.chdir(saved);
    }
  });

  it.each([
    ['photoz/*.png', /There is no folder .*photoz\./],
    ['photos/*.jpg', /Upper and lower case differ from .*a\.JPG/],
    ['photos/*.gif', /Nothing in .*photos matches it/],
  ])('that fits nothing (%s), are an error with a way out', async (pattern, hint) => {
    expect(await messageFor(inFolder(pattern).replaceAll(sep, '/'))).toMatch(hint);
  });
});

describe('PassedOver', () => {
  it('is silent where there is nothing to say, and short where there is much', () => {
    const passedOver = new PassedOver();
    expect(passedOver.summary).toBe(undefined);
    for (const kind of ['.a', '.b', '.b', '.c', '.d', '.e', '.f', '.g']) passedOver.add(kind);
    expect(passedOver.summary).toBe('.b (2), .a (1), .c (1), .d (1), .e (1), others (2)');
  });
});

describe('OutputStems', () => {
  /** By the rule itself: the first number that is free. */
  function slowly(stems: readonly string[]): string[] {
    const taken = new Set<string>();
    return stems.map((stem) => {
      let unique = stem;
      for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${stem}-${n}`;
      taken.add(unique.toLowerCase());
      return unique;
    });
  }

  it('numbers what is there twice, and gives no name twice', () => {
    let state = 1;
    for (let round = 0; round < 300; round++) {
      const stems = Array.from({ length: 12 }, () => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        return ['a', 'A', 'a-2', 'a-3', 'a-2-2', 'b'][(state >>> 16) % 6];
      });
      const unique = new OutputStems();
      expect(stems.map((stem) => unique.next(stem))).toEqual(slowly(stems));
    }
  });

  it('sees one name in both ways to write an accent', () => {
    const stems = new OutputStems();
    expect([stems.next('Zo\u00eb'), stems.next('Zoe\u0308')]).toEqual(['Zo\u00eb', 'Zoe\u0308-2']);
  });

  it('does not count from the start for each of many', () => {
    const stems = new OutputStems();
    let last = '';
    for (let i = 0; i < 200_000; i++) last = stems.next('img');
    expect(last).toBe('img-200000');
  });
});

describe('unicodeTerminal', () => {
  it.each<[NodeJS.ProcessEnv, NodeJS.Platform, boolean]>([
    [{ LANG: 'en_GB.UTF-8' }, 'linux', true],
    [{ LANG: 'de_DE.utf8', TERM: 'xterm-256color' }, 'linux', true],
    [{ LANG: 'C' }, 'linux', false],
    [{}, 'linux', false],
    [{ LANG: 'en_GB.UTF-8', LC_ALL: 'C' }, 'linux', false],
    [{ LANG: 'en_GB.UTF-8', LC_ALL: '' }, 'linux', true],
    [{ LANG: 'en_GB.UTF-8', TERM: 'linux' }, 'linux', false],
    [{}, 'darwin', true],
    [{ LANG: 'en_GB.ISO8859-1' }, 'darwin', false],
    [{}, 'win32', false],
    [{ WT_SESSION: 'x' }, 'win32', true],
    [{ TERM_PROGRAM: 'vscode' }, 'win32', true],
  ])('%j on %s: %s', (env, platform, expected) => {
    expect(unicodeTerminal(env, platform)).toBe(expected);
  });
});
