import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (path: string, size: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path], { stdio: 'ignore' });
const unmount = (path: string) => execFileSync('umount', [path], { stdio: 'ignore' });

/** Whether this user may make a small file system. */
export const CAN_MOUNT = (() => {
  const place = mkdtempSync(join(tmpdir(), 'facial-lmk-mount-'));
  try {
    mount(place, '64k');
    unmount(place);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
})();

export const WITHOUT_MOUNT = CAN_MOUNT ? '' : ' (skipped: needs the right to mount a tmpfs)';

/** Does something with a disk of that size (`4k`) in a new folder. */
export async function withDisk<T>(folder: string, size: string, job: () => T | Promise<T>): Promise<T> {
  mkdirSync(folder);
  mount(folder, size);
  try {
    return await job();
  } finally {
    unmount(folder);
    rmSync(folder, { recursive: true });
  }
}

/** Gives such a disk another size. */
export const resizeDisk = (folder: string, size: string) =>
  execFileSync('mount', ['-o', `remount,size=${size}`, folder], { stdio: 'ignore' });
