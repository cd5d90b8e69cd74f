import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const isFolder = (path: string) =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

/**
 * Makes a folder and missing folders above it; an existing folder is not an error. Does not use `mkdir` with `recursive`, which
 * loops forever when the system answers ENOENT although the parent exists, as in /proc.
 * @throws the system's error as an `ErrnoException`
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch(async (error) => {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error;
  });
}
