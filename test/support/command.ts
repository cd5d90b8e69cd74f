// The built command as a user runs it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  /** Without the line that says which networks run. */
  stderr: string;
}

/** Starts the command in a folder. */
export function startCommand(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env });
}

/** Runs the command in a folder to its end. */
export async function runCommand(
  cwd: string,
  args: readonly string[],
  { input, env }: { input?: Uint8Array | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const child = startCommand(cwd, args, env);
  child.stdin.on('error', () => {}).end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr: stderr.replace(/^facial-lmk: networks .*\n/, '') };
}

/** The lines of a text that have something in them. */
export const linesOf = (text: string) => text.split('\n').filter(Boolean);

/** The environment of a machine where sharp cannot be loaded. */
export const WITHOUT_SHARP: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export const resolve = (name, context, next) => {
        if (name === 'sharp') throw new Error('no sharp here');
        return next(name, context);
      };\`));`)}`,
};
