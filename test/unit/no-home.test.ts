// A user without a home folder: any number in a container that no password file knows.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { modelCacheFolder, searchFolders } from '../../src/node/models/model-folders.js';
import { LANDMARKER } from '../../src/node/models/model-table.js';

vi.mock('node:os', async (importActual) => ({
  ...(await importActual<typeof import('node:os')>()),
  homedir() {
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  },
}));

let folder: string;
const before = { cwd: process.cwd(), env: { ...process.env } };
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'facial-lmk-homeless-')));
  process.chdir(folder);
  for (const name of ['XDG_CACHE_HOME', 'LOCALAPPDATA', 'FACIAL_LMK_MODELS']) delete process.env[name];
});
afterEach(() => {
  process.chdir(before.cwd);
  process.env = { ...before.env };
  rmSync(folder, { recursive: true });
});

it('has networks in the folder models of where it works', () => {
  expect(modelCacheFolder()).toBe(join(folder, 'models'));
  expect(searchFolders(LANDMARKER)).toEqual([join(folder, 'models')]);
});

it('has a cache where the environment names one', () => {
  const name = process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME';
  process.env[name] = join(folder, 'cache');
  expect(modelCacheFolder()).toContain(process.platform === 'darwin' ? 'models' : join(folder, 'cache'));
});
