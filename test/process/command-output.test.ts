// What the command prints, and to whom: readers that go, names that give orders, disks that are full.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import { linesOf, MAIN, runCommand, startCommand } from '../support/command.js';
import { CAN_MOUNT, resizeDisk, WITHOUT_MOUNT, withDisk } from '../support/full-disk.js';
import { HAS_TERMINAL, runOnTerminal, WITHOUT_TERMINAL } from '../support/terminal.js';

const posix = process.platform !== 'win32';
const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-output-'));
let picture: Uint8Array;

beforeAll(async () => {
  picture = await encodeImage(drawScene({ seed: 3, width: 240, height: 200, faces: 1, minSize: 60 }).image, 'png');
  mkdirSync(join(folder, 'photos'));
  for (let i = 0; i < 8; i++) writeFileSync(join(folder, 'photos', `${i}.png`), picture);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = ['--networks', 'drawn-faces', '--detector-side', '160'];
const run = (...args: string[]) => runCommand(folder, ['detect', ...OPTIONS, ...args]);

describe('a reader that goes', () => {
  it('of standard error changes nothing: the run goes on to its end', async () => {
    const child = startCommand(folder, ['detect', ...OPTIONS, 'photos', '--jsonl', 'silent.jsonl']);
    child.stderr.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(linesOf(readFileSync(join(folder, 'silent.jsonl'), 'utf8'))).toHaveLength(8);
  });

  it('of standard error changes nothing for a run that has failures to tell', async () => {
    const child = startCommand(folder, ['detect', ...OPTIONS, 'missing.png', 'photos', '--jsonl']);
    child.stderr.destroy();
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(code).toBe(1);
    expect(linesOf(stdout)).toHaveLength(8);
  });

  it('of standard output ends the run in order: no picture is left half written', async () => {
    const child = startCommand(folder, [
      'detect',
      ...OPTIONS,
      'photos',
      '--jsonl',
      '--overlay',
      'seen',
      '--workers',
      '2',
    ]);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    const written = readdirSync(join(folder, 'seen'));
    expect(written.filter((name) => !name.endsWith('.overlay.png'))).toEqual([]);
  });
});

describe('an error', () => {
  it('is one line that ends with its code', async () => {
    const { stderr } = await run('missing.png');
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^facial-lmk: missing\.png: Expected .*\[ERR_FILE_ACCESS\]$/),
    ]);
  });

  it.runIf(HAS_TERMINAL)(`leads people to the page that explains its code${WITHOUT_TERMINAL}`, async () => {
    const command = [process.execPath, MAIN, 'detect', ...OPTIONS, 'missing.png'];
    const { screen } = await runOnTerminal(command, { cwd: folder });
    const [, page] = /the codes in brackets are explained in (.*\.md)/.exec(screen) ?? [];
    expect(readFileSync(page, 'utf8')).toContain('ERR_FILE_ACCESS');
  });
});

describe.runIf(posix)('a name that gives orders', () => {
  const NAMES = ['a\x1b[31mred\nfacial-lmk: forged.png', 'c\x9b31m.png', '\u202egnp.exe.png'];
  const BAD = 'bad\x1b[2J\nfacial-lmk: forged.png';

  beforeAll(() => {
    mkdirSync(join(folder, 'evil'));
    for (const name of NAMES) writeFileSync(join(folder, 'evil', name), picture);
    writeFileSync(join(folder, 'evil', BAD), 'no picture');
  });

  const isTame = (shown: string) => !/[\p{Cc}\p{Bidi_Control}]/u.test(shown.replaceAll('\n', ''));

  it('is escaped in every message, one line each', async () => {
    for (const args of [
      ['evil', '--jsonl'],
      ['evil', '--jsonl', 'evil.jsonl'],
      [join('evil', BAD), '--verbose'],
    ]) {
      const { code, stderr } = await run(...args);
      expect(code).toBe(1);
      expect(isTame(stderr.replaceAll('\r', ''))).toBe(true);
      expect(stderr).toContain('bad\\x1b[2J\\nfacial-lmk: forged.png');
      expect(linesOf(stderr).filter((line) => line.startsWith('facial-lmk: forged'))).toEqual([]);
    }
    const { stderr } = await runCommand(folder, ['detect', `--no-such-option\x1b[2J`]);
    expect(isTame(stderr)).toBe(true);
  });

  it('is escaped in JSON, which reads back as the name', async () => {
    for (const format of ['--json', '--jsonl']) {
      const { stdout } = await run('evil', format);
      expect(isTame(stdout)).toBe(true);
      const reports = format === '--json' ? JSON.parse(stdout) : linesOf(stdout).map((line) => JSON.parse(line));
      expect(reports.map(({ image }: { image: string }) => image).sort()).toEqual(
        NAMES.map((name) => join('evil', name)).sort(),
      );
    }
  });

  it('is itself in CSV for whoever reads on', async () => {
    const { stdout } = await run('evil', '--csv');
    for (const name of NAMES) expect(stdout).toContain(name);
  });

  it.runIf(HAS_TERMINAL)(`is escaped in CSV on a terminal${WITHOUT_TERMINAL}`, async () => {
    const command = [process.execPath, MAIN, 'detect', ...OPTIONS, 'evil', '--csv'];
    const { screen } = await runOnTerminal(command, { cwd: folder });
    expect(isTame(screen.replaceAll('\r', ''))).toBe(true);
    expect(screen).toContain('evil/a\\x1b[31mred\\nfacial-lmk: forged.png');
  });

  it('that a spreadsheet takes for a formula is written as a path', async () => {
    const formulas = ["=cmd|' calc'!A0.png", '+1.png', '-1.png', '@sum.png', '\uff1d1.png', 'a;=1.png'];
    const inside = join(folder, 'formulas');
    mkdirSync(inside);
    for (const name of formulas) writeFileSync(join(inside, name), picture);
    const { stdout } = await runCommand(inside, ['detect', ...OPTIONS, '--csv', '--', ...formulas]);
    expect(
      linesOf(stdout)
        .slice(1)
        .map((line) => line.slice(0, line.indexOf(','))),
    ).toEqual([...formulas.slice(0, 5).map((name) => `./${name}`), '"a;=1.png"']);
    const { stdout: piped } = await runCommand(inside, ['detect', ...OPTIONS, '--csv', '-'], { input: picture });
    expect(linesOf(piped)[1]).toMatch(/^-,240,/);
  });
});

describe.skipIf(!CAN_MOUNT)(`a disk that is full${WITHOUT_MOUNT}`, () => {
  const disk = join(folder, 'full');
  const images = Array.from({ length: 8 }, (_, i) => join(folder, 'photos', `${i}.png`));

  it.each(['--json', '--jsonl', '--csv'])(
    'under standard output (%s) is an error, wherever the room ends',
    async (format) => {
      await withDisk(disk, '4k', () => {
        const output = join(disk, 'out');
        for (let count = 1; count <= 8; count++) {
          const stdout = openSync(output, 'w');
          const { status, stderr } = spawnSync(
            process.execPath,
            [MAIN, 'detect', ...OPTIONS, format, ...images.slice(0, count)],
            {
              stdio: ['ignore', stdout, 'pipe'],
              encoding: 'utf8',
            },
          );
          closeSync(stdout);
          const isWhole = readFileSync(output, 'utf8').endsWith(format === '--json' ? ']\n' : '\n');
          if (status === 0) expect(isWhole).toBe(true);
          else expect(stderr).toMatch(/for standard output but received a full disk \(ENOSPC\)/);
          if (count === 8) expect(status).toBe(1);
        }
      });
    },
  );

  it('under --jsonl FILE ends the run with 1, the lines before it whole, and --resume goes on', async () => {
    // One page of it is for the lock.
    await withDisk(disk, '8k', async () => {
      const output = join(disk, 'faces.jsonl');
      const first = await run('photos', '--jsonl', output);
      expect(first.code).toBe(1);
      expect(first.stderr).toMatch(/received a full disk \(ENOSPC\)\. Free some space, and go on with --resume/);
      const before = readFileSync(output, 'utf8');
      expect(before.endsWith('\n')).toBe(true);
      expect(linesOf(before).map((line) => JSON.parse(line).image)).toEqual(
        Array.from({ length: linesOf(before).length }, (_, i) => join('photos', `${i}.png`)),
      );
      expect(readdirSync(disk)).toEqual(['faces.jsonl']);

      resizeDisk(disk, '1m');
      expect((await run('photos', '--jsonl', output, '--resume')).code).toBe(0);
      const after = readFileSync(output, 'utf8');
      expect(after.startsWith(before)).toBe(true);
      expect(linesOf(after)).toHaveLength(8);
    });
  });

  it('under the pictures fails the images, and leaves nothing half written', async () => {
    await withDisk(disk, '64k', async () => {
      const { code, stdout, stderr } = await run('photos', '--jsonl', '--overlay', join(disk, 'o'));
      expect(code).toBe(1);
      const written = readdirSync(join(disk, 'o'));
      expect(written).toHaveLength(linesOf(stdout).length);
      expect(written.every((name) => name.endsWith('.overlay.png'))).toBe(true);
      expect(linesOf(stderr)).toHaveLength(8 - written.length);
      expect(stderr).toMatch(/a full disk \(ENOSPC\)/);
    });
  });
});

it.runIf(posix)('a signal ends the wait for standard input: the image is left', async () => {
  const child = startCommand(folder, ['detect', ...OPTIONS, '--jsonl', 'photos/0.png', '-']);
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(linesOf(await stdout)).toHaveLength(1);
  expect(linesOf(await stderr).at(-1)).toBe('facial-lmk: stopped; the images in work are done.');
});
