/** Whether the terminal can be expected to show more than ASCII. */
export function unicodeTerminal(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  // The console of a machine without a desktop has few characters.
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false;
  // Windows Terminal, Visual Studio Code and ConEmu; the old console has the characters of one country.
  if (platform === 'win32') return Boolean(env.WT_SESSION || env.TERM_PROGRAM === 'vscode' || env.ConEmuTask);
  // The first that is set counts (POSIX, Base Definitions, 8.2). macOS is UTF-8 without any.
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale ? /utf-?8/i.test(locale) : platform === 'darwin';
}
