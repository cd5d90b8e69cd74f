import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const isFolder = (path: string) =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

/**
 * Makes a folder and those above it that are missing; one that is there is fine. Not `mkdir` with `recursive`: Node's loops
 * forever where the system answers ENOENT although the folder above exists, as it does in /proc.
 * @throws what the system says, as an `ErrnoException`
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch(async (error) => {
    // Another process may have been faster.
    if (!(await isFolder(path))) throw error;
  });
}
