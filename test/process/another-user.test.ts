// The command for a user who owns nothing: no home, or one that cannot be written, and folders of somebody else.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { linesOf, MAIN } from '../support/command.js';

/** In no password file. */
const NUMBER = 54321;
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-user-'));

/** Runs the command as that user, with nothing in the environment but what is given. */
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
    uid: NUMBER,
    gid: NUMBER,
  });

// Only the superuser may become another user, and that one must be able to read this package.
const possible =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['--check', MAIN], { uid: NUMBER }).status === 0;
const unless = possible ? '' : ' (skipped: needs the superuser, and a folder that others may read)';

describe.skipIf(!possible)(`another user${unless}`, () => {
  beforeAll(async () => {
    for (const name of ['', 'photos', 'home', 'own']) {
      mkdirSync(join(folder, name), { recursive: true });
      chmodSync(join(folder, name), name === 'own' ? 0o777 : 0o555);
    }
    const { image } = drawScene({ seed: 3, width: 240, height: 200, faces: 1, minSize: 60 });
    const picture = await encodeImage(image, 'png');
    for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, 'photos', name), picture);
    writeFileSync(join(folder, 'photos', 'secret.png'), picture);
    chmodSync(join(folder, 'photos', 'secret.png'), 0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const DETECT = ['detect', 'photos', '--networks', 'drawn-faces', '--detector-side', '160'];

  it.each<[string, Record<string, string>]>([
    ['no home', {}],
    ['a home that is not there', { HOME: join(folder, 'nowhere') }],
    ['a home that cannot be written', { HOME: join(folder, 'home') }],
  ])('with %s analyses what may be read, and says what may not', (_, env) => {
    for (const workers of [[], ['--workers', '2']]) {
      const { status, stdout, stderr } = run([...DETECT, ...workers, '--jsonl'], env);
      expect(status).toBe(1);
      expect(linesOf(stdout).map((line) => JSON.parse(line).image)).toEqual(['photos/a.png', 'photos/b.png']);
      expect(linesOf(stderr).at(-1)).toMatch(/^facial-lmk: photos\/secret\.png: .*EACCES/);
    }
    for (const args of [['--version'], ['models', 'list'], ['detect', '--help']]) {
      expect(run(args, env)).toMatchObject({ status: 0, stderr: '' });
    }
    expect(readdirSync(join(folder, 'home'))).toEqual([]);
  });

  it.each([
    ['into a folder of somebody else', 'faces.jsonl', 2],
    ['below one', join('new', 'faces.jsonl'), 2],
    ['into one of its own', join('own', 'faces.jsonl'), 1],
  ])('writes %s, or says why not', (_, file, code) => {
    const { status, stderr } = run([...DETECT, '--jsonl', file]);
    expect(status).toBe(code);
    if (code === 2) expect(stderr).toMatch(new RegExp(`a place that can be written for ${file} but received EACCES`));
    else expect(linesOf(readFileSync(join(folder, file), 'utf8'))).toHaveLength(2);
  });
});
