// A real S3 server on a free port of this machine, ended by its process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import type { S3Settings } from '../../src/fleet/places/s3-place.js';
import { freePort } from './free-port.js';

const SCRIPT = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');

export interface S3Server {
  settings: S3Settings;
  stop(): Promise<void>;
}

/** @param folder where its objects lie @param bucket that is there from the beginning */
export async function startS3Server(folder: string, bucket: string): Promise<S3Server> {
  const port = await freePort();
  const args = ['--directory', folder, '--address', '127.0.0.1', '--port', `${port}`, '--configure-bucket', bucket];
  // For its tokens of pages it uses a cipher that OpenSSL 3 has put away.
  const child = spawn(process.execPath, ['--openssl-legacy-provider', SCRIPT, ...args], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let i = 0; !(await fetch(endpoint).catch(() => undefined)); i++) {
    if (i === 200) throw new Error('s3rver does not answer');
    await wait(50);
  }
  return {
    // What it knows by itself.
    settings: { endpoint, accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
