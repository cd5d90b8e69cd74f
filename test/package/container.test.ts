// The container image: there is no Docker here, so the steps of the Dockerfile are performed in clean roots, from what git has.
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltImage, buildImage, canChangeRoot } from '../support/dockerfile.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const SERVICE = 'http://127.0.0.1:8080';

/** What git has or would have, without what .dockerignore names. */
function context(): string {
  const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-context-'));
  const ignored = read('.dockerignore').split('\n').filter(Boolean);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of files.toString().split('\0')) {
    if (file === '' || ignored.includes(file.split('/')[0]) || !existsSync(join(root, file))) continue;
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  return folder;
}

describe('the Dockerfile', () => {
  it('starts from a Node that is supported, and not as root', () => {
    const text = read('Dockerfile');
    const bases = [...text.matchAll(/^FROM node:(\d+)-bookworm-slim/gm)].map(([, major]) => Number(major));
    expect(bases).toHaveLength([...text.matchAll(/^FROM /gm)].length);
    expect(Math.min(...bases)).toBeGreaterThanOrEqual(20);
    expect(text).toMatch(/^USER node$/m);
  });
});

describe.skipIf(!canChangeRoot() || !existsSync(join(root, '.git')))('the image (needs root on Linux, and git)', () => {
  let image: BuiltImage;
  let service: ChildProcess;
  const copied = context();

  beforeAll(async () => {
    image = buildImage(join(root, 'Dockerfile'), copied);
    service = image.start();
    for (let i = 0; i < 60 && !image.isHealthy() && service.exitCode === null; i++) await setTimeout(500);
  }, 600_000);

  afterAll(() => {
    service?.kill('SIGKILL');
    image?.remove();
    rmSync(copied, { recursive: true, force: true });
  });

  it('becomes healthy on a file system that can only be read', () => {
    expect(image.isHealthy()).toBe(true);
  });

  it('finds a face', async () => {
    const body = readFileSync(join(image.root, 'app/dist/sample/mona-lisa.jpg'));
    const { faces, networks } = await (await fetch(`${SERVICE}/v1/detect`, { method: 'POST', body })).json();
    expect(faces).toHaveLength(1);
    expect(networks).toMatchObject({ set: 'mediapipe', runtime: { name: 'onnxruntime-node' } });
  });

  it('is small: no development tool, no binary of another platform', () => {
    const has = (path: string) => existsSync(join(image.root, 'app', path));
    expect(['node_modules/vitest', 'src', 'test'].filter(has)).toEqual([]);
    const files = execFileSync('find', [join(image.root, 'app'), '-name', '*.dll', '-o', '-name', '*.dylib']);
    expect(files.toString()).toBe('');
  });

  it('runs other commands', async () => {
    const command = image.start(['models', 'list', 'mediapipe']);
    const [said] = await Promise.all([text(command.stdout!), once(command, 'close')]);
    expect(said).toContain('Apache-2.0');
  });

  it('ends on SIGTERM', async () => {
    service.kill('SIGTERM');
    expect(await once(service, 'exit')).toEqual([0, null]);
  });
});
