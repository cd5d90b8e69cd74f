import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyFile } from '../../src/node/models/verify-file.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Puts files into a folder below the test's own and returns the folder. */
function put(folder: string, ...names: string[]): string {
  const path = join(root, folder);
  mkdirSync(path, { recursive: true });
  for (const name of names) writeFileSync(join(path, name), 'x');
  return path;
}

describe('verifyFile', () => {
  // SHA-256 of "abc" from FIPS 180-2, appendix B.1; the blob id is what `git hash-object` prints for the same bytes.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const gitBlob = 'f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f';

  test.each([
    ['ok', 3, { sha256 }],
    ['ok', undefined, { gitBlob }],
    ['wrong size', 4, { sha256 }],
    ['wrong digest', 3, { sha256: sha256.replace('b', 'c') }],
    ['wrong digest', undefined, { gitBlob: sha256 }],
  ])('%s: %o bytes, %o', async (status, bytes, digest) => {
    const path = join(put('mine'), 'abc');
    writeFileSync(path, 'abc');
    expect(await verifyFile(path, { bytes, digest })).toMatchObject({ status });
  });

  test('tells a missing file from an unreadable one', async () => {
    const folder = put('mine', 'file');
    const any = { bytes: undefined, digest: { sha256 } };
    expect(await verifyFile(join(folder, 'nothing'), any)).toMatchObject({ status: 'missing' });
    expect(await verifyFile(join(folder, 'file', 'below'), any)).toMatchObject({ status: 'missing' });
    expect(await verifyFile(folder, any)).toEqual({ status: 'unreadable', detail: 'not a file' });
    if (process.platform !== 'win32') {
      expect(await verifyFile('/dev/zero', any)).toEqual({ status: 'unreadable', detail: 'not a file' });
    }
  });
});

test.runIf(process.platform === 'linux')(
  'a file without an end, which states no size, is read no further',
  async () => {
    const verdict = await verifyFile('/proc/self/pagemap', { bytes: undefined, digest: { sha256: '' } });
    // The kernel gives it in pieces of eight bytes, and no single one.
    expect(['wrong digest', 'unreadable']).toContain(verdict.status);
  },
);

test.skipIf(process.platform === 'win32')('a file that may not be read is neither missing nor intact', async () => {
  const path = join(put('mine', 'file'), 'file');
  chmodSync(path, 0);
  // The superuser may read anything, so it steps down for the attempt ("nobody" by convention).
  const root = process.getuid?.() === 0;
  if (root) process.seteuid?.(65534);
  try {
    const verdict = await verifyFile(path, { bytes: undefined, digest: { sha256: '' } });
    expect(verdict).toEqual({ status: 'unreadable', detail: 'EACCES' });
  } finally {
    if (root) process.seteuid?.(0);
  }
});
