/** Whether the terminal can be expected to show more than ASCII. */
export function unicodeTerminal(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  // The text console of Linux has few characters.
  if (env.TERM === 'linux' || env.TERM === 'dumb') return false;
  // Windows Terminal, Visual Studio Code and ConEmu. The old console has only the characters of one code page.
  if (platform === 'win32') return Boolean(env.WT_SESSION || env.TERM_PROGRAM === 'vscode' || env.ConEmuTask);
  // The first variable that is set counts (POSIX, Base Definitions, 8.2). macOS uses UTF-8 without any.
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale ? /utf-?8/i.test(locale) : platform === 'darwin';
}
