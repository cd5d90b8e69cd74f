// Whose a file beside its target is, and whether the owner still runs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownedPath, ownerOf } from '../../src/node/files/owned-path.js';
import { claimPart, removeParts } from '../../src/node/files/part-file.js';
import { writeFileAtomic } from '../../src/node/files/write-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facial-lmk-owned-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const linux = process.platform === 'linux';
const mine = () => ownedPath(join(folder, 'out.png'), 'part');
/** The same name of another owner. */
const owned = (owner: { machine?: string; pid?: number; start?: string }) =>
  mine().replace(
    /\.(\w+)-(\d+)-(\d+)-(\w+)\.part$/,
    (_, machine, pid, start, random) =>
      `.${owner.machine ?? machine}-${owner.pid ?? pid}-${owner.start ?? start}-${random}.part`,
  );
/** The id of a process that has ended. */
const endedPid = () => spawnSync(process.execPath, ['--version']).pid;

describe('ownerOf', () => {
  it('tells a running process from one that has ended', () => {
    expect(ownerOf(mine(), 'part')).toBe('running');
    expect(ownerOf(owned({ pid: endedPid() }), 'part')).toBe('ended');
  });

  it('knows nothing of another machine, or of another container, whose process ids say nothing here', () => {
    expect(ownerOf(owned({ machine: '00c0ffee', pid: endedPid() }), 'part')).toBe('unknown');
  });

  it.runIf(linux)('sees that a process began at another time under the same id, as in a container', () => {
    expect(ownerOf(owned({ start: '12' }), 'part')).toBe('ended');
  });

  it('is undefined for other kinds and other names', () => {
    const left = owned({ pid: endedPid() });
    expect(ownerOf(left, 'lock')).toBe(undefined);
    for (const name of ['out.png.part', 'photo.part', 'a-1-2-b.part', `${left}.png`]) {
      expect(ownerOf(name, 'part')).toBe(undefined);
    }
  });

  it('gives no two writers one path', () => {
    expect(new Set(Array.from({ length: 100 }, mine)).size).toBe(100);
  });
});

describe('what killed writers leave', () => {
  it('is removed in every folder, and nothing else is', async () => {
    mkdirSync(join(folder, 'deep'));
    const left = owned({ pid: endedPid() });
    const kept = [mine(), owned({ machine: '00c0ffee', pid: endedPid() })];
    const names = ['photo.part', 'out.png'].map((name) => join(folder, name));
    for (const path of [left, ...kept, ...names, join(folder, 'deep', basename(left))]) writeFileSync(path, 'half');
    await removeParts([folder, undefined, join(folder, 'no such folder')]);
    const expected = [...kept, ...names].map((path) => basename(path)).sort();
    expect(readdirSync(folder).sort()).toEqual(['deep', ...expected].sort());
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });

  it('is taken over by the next writer of the same target, what another machine writes is not', async () => {
    const foreign = owned({ machine: '00c0ffee', pid: endedPid() });
    writeFileSync(owned({ pid: endedPid() }), 'half');
    writeFileSync(foreign, 'more than half');
    const part = await claimPart(join(folder, 'out.png'));
    expect(readdirSync(folder).sort()).toEqual([basename(part), basename(foreign)].sort());
  });
});

it('a target may have the longest name that the file system takes', async () => {
  for (const name of ['x'.repeat(255), `${'ü'.repeat(125)}.png`]) {
    const path = join(folder, name);
    await writeFileAtomic(path, 'whole');
    expect(readdirSync(folder)).toContain(name);
  }
});
