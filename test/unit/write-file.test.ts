// A file is there completely or not at all, and nothing is left beside it.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileAccessError } from '../../src/errors.js';
import { writeFileAtomic } from '../../src/node/files/write-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-write-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

describe('writeFileAtomic', () => {
  it.each([
    ['bytes', Uint8Array.of(0, 255, 7)],
    ['a view into a larger buffer', new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4)],
    ['text', 'ünïcode\n'],
    ['nothing', new Uint8Array(0)],
  ])('writes %s', async (_, content) => {
    const path = join(folder, 'out.bin');
    await writeFileAtomic(path, content);
    expect(readFileSync(path)).toEqual(Buffer.from(content as Uint8Array));
    expect(readdirSync(folder)).toEqual(['out.bin']);
  });

  it('creates the folders on the way', async () => {
    const path = join(folder, 'a', 'b c', 'out.txt');
    await writeFileAtomic(path, 'x');
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it.runIf(process.platform === 'linux')('fails where no folder can be made, instead of trying forever', async () => {
    await expect(writeFileAtomic('/proc/a/b/out.txt', 'x')).rejects.toThrow(FileAccessError);
  });

  it('takes the place of a file; who has it open keeps the old content', async () => {
    const path = join(folder, 'out.txt');
    writeFileSync(path, 'old');
    const before = statSync(path).ino;
    await writeFileAtomic(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    // Another file under the same name: nobody ever saw the old one half overwritten.
    expect(statSync(path).ino).not.toBe(before);
  });

  it('one of many writers at once wins, whole', async () => {
    const path = join(folder, 'out.bin');
    const contents = Array.from({ length: 20 }, (_, i) => new Uint8Array(100_000).fill(i));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    const found = readFileSync(path);
    expect(found).toEqual(Buffer.from(contents[found[0]]));
    expect(readdirSync(folder)).toEqual(['out.bin']);
  });

  it('a target that is a folder: an error, the folder as it was, nothing beside it', async () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'x');
    await expect(writeFileAtomic(path, 'new')).rejects.toThrow(FileAccessError);
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readdirSync(path)).toEqual(['inside']);
  });

  it('a file where a folder should be: an error that names path and way out', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    const path = join(folder, 'file', 'out.txt');
    const failure = await writeFileAtomic(path, 'new').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FileAccessError);
    expect(failure).toMatchObject({ code: 'ERR_FILE_ACCESS', subject: path, hint: expect.stringContaining('Choose') });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.each([
    ['a null byte', (inside: string) => join(inside, 'a\0b')],
    ['a name longer than file systems take', (inside: string) => join(inside, 'n'.repeat(300))],
  ])('%s: an error, nothing written', async (_, pathIn) => {
    await expect(writeFileAtomic(pathIn(folder), 'new')).rejects.toThrow(FileAccessError);
    expect(readdirSync(folder)).toEqual([]);
  });

  // Root writes anywhere, and Windows knows no such mode.
  it.skipIf(process.getuid === undefined || process.getuid() === 0)(
    'a folder without permission: an error',
    async () => {
      chmodSync(folder, 0o500);
      await expect(writeFileAtomic(join(folder, 'out.txt'), 'new')).rejects.toThrow(/EACCES/);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('a write that breaks off in the middle leaves the old file, and no half of the new one', async () => {
    const path = join(folder, 'out.txt');
    writeFileSync(path, 'old');
    async function* breaksOff() {
      yield 'the first half';
      expect(readdirSync(folder)).toHaveLength(2);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    // Node's writeFile takes a stream too: the one way to fail halfway without filling a disk.
    const failure = writeFileAtomic(path, breaksOff() as unknown as string);
    await expect(failure).rejects.toThrow(FileAccessError);
    await expect(failure).rejects.toThrow(/ENOSPC.*Free some space/);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out.txt']);
  });
});
