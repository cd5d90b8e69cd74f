// The packed package in every runtime and layout that the registry has: Node's versions, Bun, Deno, pnpm's strict folders.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createProject, type UserProject } from '../support/installed.js';

const TEMPLATE = fileURLToPath(new URL('runtimes', import.meta.url));
const PACKAGE = 'node_modules/onnx-facial-lmk-detector';

/** Each runtime's binary, as a pattern in the project, and what it wants before the name of a script. */
const RUNTIMES: Record<string, { binary: string; args: string[] }> = {
  'Node 20.19': { binary: 'node_modules/node20/bin/node', args: [] },
  'Node 22': { binary: 'node_modules/node22/bin/node', args: [] },
  'Node 24': { binary: 'node_modules/node24/bin/node', args: [] },
  Bun: { binary: 'node_modules/@oven/bun-*/bin/bun', args: ['run'] },
  Deno: { binary: 'node_modules/@deno/*/deno', args: ['run', '--allow-all'] },
};

let project: UserProject;
let photo: string;
/** What the Node finds that runs this test. */
let expected: object[];

beforeAll(() => {
  project = createProject([inject('tarball')], TEMPLATE);
  photo = project.path(PACKAGE, 'dist/sample/mona-lisa.jpg');
  expected = JSON.parse(project.run('node', ['use.js', photo]));
});

afterAll(() => project.remove());

/** Where a binary lies, or undefined where the registry has none for this machine, or that does not start. */
function findBinary(pattern: string): string | undefined {
  const [binary] = globSync(pattern, { cwd: project.folder, absolute: true, expandDirectories: false });
  return binary !== undefined && spawnSync(binary, ['--version']).status === 0 ? binary : undefined;
}

function run(binary: string, args: string[], cwd = project.folder) {
  const { status, stdout, stderr } = spawnSync(binary, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

it('finds one face, with a detector and with a pool', () => {
  expect(expected).toHaveLength(2);
  expect(expected[0]).toHaveLength(1);
  expect(expected[1]).toEqual(expected[0]);
});

describe.each(Object.entries(RUNTIMES))('%s', (name, { binary, args }) => {
  it('finds the same face with a detector and a pool, and ends without a word', (context) => {
    const runtime = findBinary(binary) ?? context.skip(`${name} is not to be had for this machine`);
    const { status, stdout, stderr } = run(runtime, [...args, 'use.js', photo]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it('runs the command', (context) => {
    const runtime = findBinary(binary) ?? context.skip(`${name} is not to be had for this machine`);
    const command = project.path(PACKAGE, 'dist/cli/main.js');
    const { status, stdout, stderr } = run(runtime, [...args, command, 'detect', photo]);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)[0].faces).toEqual(expected[0]);
  });
});

it('needs no package that it does not declare, in the strict folders of pnpm', (context) => {
  const pnpm = findBinary('node_modules/@pnpm/exe.*/pnpm') ?? context.skip('pnpm is not to be had for this machine');
  const strict = createProject([]);
  try {
    const options = ['--ignore-scripts', '--prefer-offline', '--store-dir', strict.path('store')];
    const { status, stdout } = run(pnpm, ['add', ...options, inject('tarball')], strict.folder);
    expect(status, stdout).toBe(0);
    cpSync(project.path('use.js'), strict.path('use.js'));
    const { stdout: found, stderr } = run('node', ['use.js', photo], strict.folder);
    expect(stderr).toBe('');
    expect(JSON.parse(found)).toEqual(expected);
    const { stdout: printed } = run(strict.path('node_modules/.bin/facial-lmk'), ['detect', photo], strict.folder);
    expect(JSON.parse(printed)[0].faces).toEqual(expected[0]);
  } finally {
    strict.remove();
  }
});
