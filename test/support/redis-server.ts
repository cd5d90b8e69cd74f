// A real redis-server on a free port of this machine, ended by its process id.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** The server to test against: Valkey's takes the same arguments. */
const SERVER = process.env.FACIAL_LMK_REDIS_SERVER ?? 'redis-server';

export const HAS_REDIS = (() => {
  try {
    execFileSync(SERVER, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export const WITHOUT_REDIS = HAS_REDIS ? '' : ' (skipped: needs redis-server)';

export interface RedisOptions {
  /** Writes every change to disk, so that a restart forgets nothing. */
  isPersistent?: boolean;
  password?: string;
}

export class RedisServer {
  readonly port: number;
  readonly #options: RedisOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'facial-lmk-redis-'));
  #child: ChildProcess | undefined;

  private constructor(port: number, options: RedisOptions) {
    this.port = port;
    this.#options = options;
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.begin();
    return server;
  }

  get address(): string {
    const { password } = this.#options;
    return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  async begin(): Promise<void> {
    const { isPersistent = false, password } = this.#options;
    const files = ['--dir', this.#folder, '--save', '', '--appendonly', isPersistent ? 'yes' : 'no'];
    const access = ['--bind', '127.0.0.1', '--port', `${this.port}`, ...(password ? ['--requirepass', password] : [])];
    // Nothing that was acknowledged may be lost by a persistent one.
    this.#child = spawn(SERVER, [...files, ...access, '--appendfsync', 'always'], { stdio: 'ignore' });
    for (let i = 0; i < 200; i++) {
      if (this.cli('ping').includes('PONG')) return;
      await wait(50);
    }
    throw new Error('redis-server does not answer');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** A crash after which nothing is left. */
  async forget(): Promise<void> {
    await this.kill();
    for (const file of readdirSync(this.#folder)) rmSync(join(this.#folder, file), { recursive: true });
    await this.begin();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.begin();
  }

  /** What redis-cli answers. */
  cli(...command: string[]): string {
    const { password } = this.#options;
    const env = { ...process.env, ...(password !== undefined && { REDISCLI_AUTH: password }) };
    try {
      const args = ['-h', '127.0.0.1', '-p', `${this.port}`, ...command];
      return execFileSync('redis-cli', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return '';
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
