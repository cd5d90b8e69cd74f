// Performs the steps of a Dockerfile where there is no Docker: each stage in a clean root of its own, in which only the system's
// programs are shared with this machine. The base image is this machine's Debian and Node.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

interface Step {
  instruction: string;
  argument: string;
}

/** A stage of the file, and what it became. */
interface Stage {
  name: string;
  folder: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  entrypoint: string[];
  command: string[];
  health: string[];
}

/** The user that the official Node images bring. */
const USERS: Record<string, number> = { root: 0, node: 1000 };

export const canChangeRoot = (): boolean => process.platform === 'linux' && process.getuid?.() === 0;

function readSteps(text: string): Step[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, instruction, argument] = /^(\S+)\s+(.*)$/.exec(line) as RegExpExecArray;
      return { instruction, argument };
    });
}

/** Where npm of this machine finds packages: part of the machine, as the network is. */
const npmSettings = (): Record<string, string> => ({
  npm_config_registry: execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim(),
  npm_config_prefer_offline: 'true',
});

/** Shell lines that make a folder the root: programs of this machine, nothing else of it. */
function enterRoot({ folder }: Stage, isReadOnly: boolean): string {
  const lines = ['set -e', 'mount --make-rprivate /'];
  if (isReadOnly) lines.push(`mount --bind ${folder} ${folder}`);
  for (const share of ['usr', 'dev', 'etc/ssl', 'etc/resolv.conf', 'etc/alternatives']) {
    if (existsSync(`/${share}`)) lines.push(`mount --rbind /${share} ${folder}/${share}`);
  }
  lines.push(`mount -t proc proc ${folder}/proc`, `mount -t tmpfs tmpfs ${folder}/tmp`);
  if (isReadOnly) lines.push(`mount -o remount,ro,bind ${folder}`);
  return lines.join('\n');
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A program in the root of a stage. */
function inRoot(stage: Stage, command: readonly string[], { isReadOnly = false, env = {} } = {}): string[] {
  const uid = USERS[stage.user];
  const settings = Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', ...stage.env, ...env });
  const program = ['env', '-i', ...settings.map(([name, value]) => `${name}=${value}`), ...command];
  const user = `setpriv --reuid ${uid} --regid ${uid} --clear-groups`;
  const run = `exec chroot ${stage.folder} ${user} sh -c ${quote(`cd ${stage.workdir} && exec ${program.map(quote).join(' ')}`)}`;
  return ['unshare', '--mount', 'sh', '-c', `${enterRoot(stage, isReadOnly)}\n${run}`];
}

function emptyRoot(folder: string): void {
  for (const name of ['usr', 'dev', 'proc', 'tmp', 'etc/ssl', 'etc/alternatives'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(folder, name));
  writeFileSync(join(folder, 'etc/resolv.conf'), '');
  const users = Object.entries(USERS).map(([name, uid]) => `${name}:x:${uid}:${uid}::/tmp:/bin/sh\n`);
  writeFileSync(join(folder, 'etc/passwd'), users.join(''));
}

/** An image that was built: the last stage. */
export class BuiltImage {
  readonly #top: string;
  readonly #stage: Stage;

  constructor(top: string, stage: Stage) {
    this.#top = top;
    this.#stage = stage;
  }

  /** The folder that stands for its root. */
  get root(): string {
    return this.#stage.folder;
  }

  /** Starts it with a file system that can only be read, but for /tmp. */
  start(command: readonly string[] = this.#stage.command): ChildProcess {
    const [file, ...args] = inRoot(this.#stage, [...this.#stage.entrypoint, ...command], { isReadOnly: true });
    return spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Whether the health check is content. */
  isHealthy(): boolean {
    const [file, ...args] = inRoot(this.#stage, this.#stage.health, { isReadOnly: true });
    try {
      execFileSync(file, args, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    rmSync(this.#top, { recursive: true, force: true });
  }
}

function copy(stage: Stage, stages: readonly Stage[], context: string, argument: string): void {
  const words = argument.split(' ').filter((word) => !word.startsWith('--'));
  const [, from] = /--from=(\S+)/.exec(argument) ?? [];
  const source = from === undefined ? context : (stages.find(({ name }) => name === from) as Stage).folder;
  const to = words.pop() as string;
  const target = to.startsWith('/') ? join(stage.folder, to) : join(stage.folder, stage.workdir, to);
  for (const word of words) {
    const file = join(source, word);
    const isTree = word === '.' || (words.length === 1 && !to.endsWith('/'));
    cpSync(file, isTree ? target : join(target, basename(word)), { recursive: true, verbatimSymlinks: true });
  }
}

/**
 * Builds the last stage of a Dockerfile.
 * @param context the folder that is copied from, without what .dockerignore names
 */
export function buildImage(file: string, context: string): BuiltImage {
  const top = mkdtempSync(join(tmpdir(), 'facial-lmk-image-'));
  const stages: Stage[] = [];
  let stage = {} as Stage;
  for (const { instruction, argument } of readSteps(readFileSync(file, 'utf8'))) {
    switch (instruction) {
      case 'FROM': {
        const [, name = `${stages.length}`] = / AS (\S+)/.exec(argument) ?? [];
        const folder = join(top, name);
        stage = { name, folder, workdir: '/', env: {}, user: 'root', entrypoint: [], command: [], health: [] };
        emptyRoot(folder);
        stages.push(stage);
        break;
      }
      case 'ENV': {
        const [name, value] = argument.split('=');
        stage.env[name] = value;
        break;
      }
      case 'WORKDIR':
        stage.workdir = argument;
        mkdirSync(join(stage.folder, argument), { recursive: true });
        break;
      case 'COPY':
        copy(stage, stages, context, argument);
        break;
      case 'RUN': {
        const [program, ...args] = inRoot(stage, ['sh', '-c', argument], { env: npmSettings() });
        execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        break;
      }
      case 'USER':
        stage.user = argument;
        break;
      case 'HEALTHCHECK':
        stage.health = JSON.parse(argument.slice(argument.indexOf('CMD ') + 4));
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = JSON.parse(argument);
        break;
      case 'CMD':
        stage.command = JSON.parse(argument);
        break;
      case 'EXPOSE':
        break;
      default:
        throw new Error(`No step of a Dockerfile that is known here: ${instruction}`);
    }
  }
  return new BuiltImage(top, stage);
}
