// What documents claim, so that it can be run: programs, commands, links.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAMPLE_PICTURE } from '../../src/node/package-paths.js';
import { MAIN } from './command.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block, with the line it begins on. */
export interface Block {
  language: string;
  line: number;
  code: string;
}

/** Every fenced block of a document, in order. */
export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1],
    line: markdown.slice(0, match.index).split('\n').length,
    code: match[2],
  }));

/** The lines of a document's shell blocks, without comments. */
export const commandsOf = (markdown: string): { line: number; text: string }[] =>
  blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ line, code }) =>
      code
        .split('\n')
        .map((text, i) => ({ line: line + 1 + i, text: text.replace(/\s+#.*$/, '').trim() }))
        .filter(({ text }) => text !== ''),
    );

/** The links of a document to other files of the repository. */
export const linksOf = (markdown: string): string[] => [
  ...new Set([...markdown.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target)),
];

/** A folder as documents speak of it: `photo.jpg`, and `photos/` with labels. It lies in the package, so that programs import it by its own name. */
export class SnippetFolder {
  readonly path: string;

  constructor() {
    mkdirSync(join(ROOT, 'demo-output'), { recursive: true });
    this.path = mkdtempSync(join(ROOT, 'demo-output', 'snippets-'));
    copyFileSync(SAMPLE_PICTURE, join(this.path, 'photo.jpg'));
    mkdirSync(join(this.path, 'photos'));
    copyFileSync(SAMPLE_PICTURE, join(this.path, 'photos', 'one.jpg'));
    const points = Array.from({ length: 68 }, (_, i) => `${250 + (i % 10) * 15} ${200 + i * 2}`);
    writeFileSync(
      join(this.path, 'photos', 'one.pts'),
      ['version: 1', 'n_points: 68', '{', ...points, '}', ''].join('\n'),
    );
  }

  /** Runs a program there to its end, and returns what it printed. */
  run(command: string, args: readonly string[]): string {
    return execFileSync(command, args, {
      cwd: this.path,
      encoding: 'utf8',
      // Whatever this machine has been told: documents speak of a fresh one.
      env: { ...process.env, FACIAL_LMK_MODELS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs a block of JavaScript as a module. */
  runProgram({ line, code }: Block): string {
    const file = join(this.path, `line-${line}.mjs`);
    writeFileSync(file, code);
    return this.run(process.execPath, [file]);
  }

  /**
   * Runs a line that begins with `npx facial-lmk`. Fetching needs the internet, so does what is fetched, files of the reader's
   * own are not here, films need ffmpeg (`track.test.ts` has some), and serving never ends: there the options are checked, not the work.
   */
  runCommand(text: string): string {
    const args = text
      .split(' ')
      .slice(2)
      .map((arg) => arg.replaceAll('"', ''))
      .filter((arg) => arg !== '|');
    const isElsewhere = args.some((arg) => ['insightface', 'yunet'].includes(arg) || arg.startsWith('models/'));
    const unfit = ['serve', 'models', 'track'].includes(args[0]) || isElsewhere;
    return this.run(process.execPath, [MAIN, ...args, ...(unfit ? ['--help'] : [])]);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Names of the npm scripts that a line of a document runs. */
export const npmScriptOf = (text: string): string | undefined =>
  /^(?:\w+=\S+ )?npm (?:run )?((?!install|ci)[\w:-]+)/.exec(text)?.[1];
