// One process at a time on one file.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileAccessError } from '../../src/errors.js';
import { FileLock } from '../../src/node/files/file-lock.js';
import { ownedPath } from '../../src/node/files/owned-path.js';

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-lock-'));
  target = join(folder, 'faces.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const locks = () => readdirSync(folder).filter((name) => name.endsWith('.lock'));
/** A lock as another process would leave it. */
function foreignLock(
  { machine, pid }: { machine?: string; pid?: number },
  content = 'process 7 of "elsewhere"',
): string {
  const path = ownedPath(target, 'lock').replace(
    /\.(\w+)-(\d+)-(\d+-\w+\.lock)$/,
    (_, own, ownPid, rest) => `.${machine ?? own}-${pid ?? ownPid}-${rest}`,
  );
  writeFileSync(path, content);
  return path;
}

describe('FileLock', () => {
  it('refuses a second one, names its holder and what to remove, and is free again after release', async () => {
    const lock = await FileLock.take(target);
    const [name] = locks();
    const refused = await FileLock.take(target).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FileAccessError);
    expect(refused).toMatchObject({
      subject: target,
      received: expect.stringContaining(`process ${process.pid} of `),
      hint: expect.stringContaining(join(folder, name)),
    });
    expect(locks()).toEqual([name]);
    await lock.release();
    expect(locks()).toEqual([]);
    await (await FileLock.take(target)).release();
  });

  it('of another file is another one', async () => {
    const all = await Promise.all(
      [target, join(folder, 'other.jsonl'), `${target}.jsonl`].map((path) => FileLock.take(path)),
    );
    expect(locks()).toHaveLength(3);
    await Promise.all(all.map((lock) => lock.release()));
  });

  it('is of the file, whatever name it is called by', async () => {
    writeFileSync(target, '');
    symlinkSync(target, join(folder, 'link.jsonl'));
    const lock = await FileLock.take(join(folder, 'link.jsonl'));
    await expect(FileLock.take(target)).rejects.toThrow(FileAccessError);
    await lock.release();
  });

  it('of a process that has ended is removed', async () => {
    foreignLock({ pid: spawnSync(process.execPath, ['--version']).pid });
    const lock = await FileLock.take(target);
    expect(locks()).toHaveLength(1);
    await lock.release();
  });

  it('of another machine holds as long as it gives signs of life', async () => {
    const path = foreignLock({ machine: '00c0ffee' });
    await expect(FileLock.take(target)).rejects.toThrow(/process 7 of "elsewhere"/);
    expect(readFileSync(path, 'utf8')).toContain('elsewhere');
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(path, longAgo, longAgo);
    await (await FileLock.take(target)).release();
    expect(locks()).toEqual([]);
  });

  it('of a process of this machine holds without any', async () => {
    const path = foreignLock({});
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(path, longAgo, longAgo);
    await expect(FileLock.take(target)).rejects.toThrow(FileAccessError);
  });

  it('goes to one of many that ask at the same moment, also over one that was left', async () => {
    for (let round = 0; round < 20; round++) {
      foreignLock({ pid: spawnSync(process.execPath, ['--version']).pid });
      const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => FileLock.take(target)));
      const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      expect(taken).toHaveLength(1);
      await taken[0].release();
      expect(locks()).toEqual([]);
    }
  });

  it('takes no notice of files that only look like locks', async () => {
    for (const name of ['faces.jsonl.lock', 'faces.jsonl.old.lock']) writeFileSync(join(folder, name), 'x');
    await (await FileLock.take(target)).release();
    expect(locks().sort()).toEqual(['faces.jsonl.lock', 'faces.jsonl.old.lock']);
  });

  it('that cannot be written is an error that says why', async () => {
    mkdirSync(join(folder, 'file'));
    await expect(FileLock.take(join(folder, 'missing', 'faces.jsonl'))).rejects.toThrow(FileAccessError);
  });
});
