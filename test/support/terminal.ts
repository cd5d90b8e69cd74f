import { execFile, execFileSync } from 'node:child_process';

/** Whether there is `script` of util-linux, which runs a command on a terminal of its own. */
export const HAS_TERMINAL = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

export const WITHOUT_TERMINAL = HAS_TERMINAL ? '' : " (skipped: needs util-linux' script)";

/**
 * Runs a program on a terminal.
 * @param question what to wait for on the screen before `answer` is typed
 */
export function runOnTerminal(
  command: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
  { question, answer }: { question?: string; answer?: string } = {},
): Promise<{ code: unknown; screen: string }> {
  const quoted = command.map((word) => `'${word}'`).join(' ');
  return new Promise((resolve) => {
    const terminal = execFile(
      'script',
      ['--quiet', '--return', '--command', quoted, '/dev/null'],
      { ...options, maxBuffer: 2 ** 26 },
      (error, screen) => resolve({ code: error ? error.code : 0, screen }),
    );
    if (question === undefined) return;
    terminal.stdout?.on('data', (text: string) => text.includes(question) && terminal.stdin?.end(`${answer}\n`));
  });
}
