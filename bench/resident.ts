import { readFile } from 'node:fs/promises';

/** Bytes of memory of another process on Linux, NaN elsewhere and once it has ended. @param most the most it ever had */
export async function resident(pid: number | undefined, most = false): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = (most ? /VmHWM:\s+(\d+)/ : /VmRSS:\s+(\d+)/).exec(status);
  return 1024 * Number(found?.[1] ?? Number.NaN);
}
