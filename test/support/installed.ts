import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];

/** A project of a user in a folder of its own. */
export interface UserProject {
  folder: string;
  /** Path of a file in it. */
  path(...parts: string[]): string;
  /** Standard output of a program that runs in it. @throws when the program fails */
  run(command: string, args: string[], env?: NodeJS.ProcessEnv): string;
  remove(): void;
}

/**
 * Installs packages in an empty project, without their install scripts.
 * @param packages tarballs, or names with versions
 * @param template a folder whose files, `package.json` among them, the project begins with
 */
export function createProject(packages: string[], template?: string): UserProject {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-project-'));
  const path = (...parts: string[]) => join(folder, ...parts);
  const run: UserProject['run'] = (command, args, env = {}) =>
    execFileSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
  if (template !== undefined) cpSync(template, folder, { recursive: true });
  if (!existsSync(path('package.json'))) {
    writeFileSync(path('package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  }
  run('npm', [...INSTALL, ...packages]);
  return { folder, path, run, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
