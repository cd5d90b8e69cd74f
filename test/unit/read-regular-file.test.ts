// Whole files, however many bytes they say they have.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileAccessError, ImageFormatError } from '../../src/errors.js';
import { readRegularFile } from '../../src/node/files/read-regular-file.js';
import { readImage } from '../../src/node/images/image-file.js';

const linux = process.platform === 'linux';
const anyLength = { checkLength: () => undefined };
/** A file of /proc that states no bytes and has as many as there are pages to think of. */
const ENDLESS = '/proc/self/pagemap';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-read-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Refuses more than so many bytes, and remembers the most that it heard of. */
function limit(most: number) {
  const heard = { most: 0 };
  const checkLength = (bytes: number) => {
    heard.most = Math.max(heard.most, bytes);
    if (bytes > most) throw new RangeError(`more than ${most}`);
  };
  return { checkLength, heard };
}

describe('readRegularFile', () => {
  it.each([0, 1, 70_000, 2 ** 22, 9_000_000])('gives all %i bytes, in a buffer of their own', async (length) => {
    const path = join(folder, 'file');
    const content = new Uint8Array(length).map((_, i) => (i * 31) >> 3);
    writeFileSync(path, content);
    const bytes = await readRegularFile(path, anyLength);
    expect(Buffer.compare(bytes, content)).toBe(0);
    expect(bytes.buffer.byteLength).toBe(length);
  });

  it('hears of the stated size before it reads, and of no more than there is', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, new Uint8Array(5000));
    await expect(readRegularFile(path, limit(4999))).rejects.toThrow('more than 4999');
    const { checkLength, heard } = limit(5000);
    await readRegularFile(path, { checkLength });
    expect(heard.most).toBe(5000);
  });

  it('ends at a beginning that is refused', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, new Uint8Array(50_000_000));
    let seen = 0;
    const checkStart = (bytes: Uint8Array) => {
      seen = bytes.length;
      throw new RangeError('no picture');
    };
    await expect(readRegularFile(path, { ...anyLength, checkStart })).rejects.toThrow('no picture');
    expect(seen).toBeLessThan(5_000_000);
  });

  it('says what cannot be read', async () => {
    await expect(readRegularFile(join(folder, 'missing'), anyLength)).rejects.toThrow(/received ENOENT/);
    await expect(readRegularFile(folder, anyLength)).rejects.toThrow(FileAccessError);
  });

  describe.runIf(linux)('of a file that states no size', () => {
    it('gives all there is', async () => {
      // The kernel's version, which no other process changes.
      expect(Buffer.from(await readRegularFile('/proc/version', anyLength))).toEqual(readFileSync('/proc/version'));
    });

    it('counts what comes', async () => {
      const { checkLength, heard } = limit(20_000_000);
      await expect(readRegularFile(ENDLESS, { checkLength })).rejects.toThrow('more than 20000000');
      expect(heard.most).toBeLessThan(25_000_000);
    });

    it('ends when it is aborted', async () => {
      const abort = new AbortController();
      const reading = readRegularFile(ENDLESS, {
        checkLength: (bytes) => bytes > 1e6 && abort.abort(new Error('enough')),
        signal: abort.signal,
      });
      await expect(reading).rejects.toThrow('enough');
    });

    it('is refused as an image by its first bytes', async () => {
      await expect(readImage(ENDLESS)).rejects.toThrow(ImageFormatError);
    });
  });
});
