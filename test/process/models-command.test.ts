import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MODEL_LICENSE } from '../../src/node/models/model-table.js';
import { breaksOff, DownloadServer, modelOf, noise, stalls, whole } from '../support/download-server.js';
import { HAS_TERMINAL, runOnTerminal, WITHOUT_TERMINAL } from '../support/terminal.js';

const CONTENT = noise(2_500_000, 1);
const LANDMARKER = noise(1000, 2);

let root: string;
let server: DownloadServer;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
  mkdirSync(join(root, 'models'));
  server = await DownloadServer.start();
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Command line of a process that knows two networks on the test's server instead of the public ones. */
function commandLine(args: string[]): string[] {
  const module = fileURLToPath(new URL('../../src/cli/models.ts', import.meta.url));
  const models = [
    modelOf(CONTENT, { url: `${server.origin}/detector` }),
    {
      ...modelOf(LANDMARKER, { url: `${server.origin}/landmarker` }),
      role: 'landmarker',
      fileName: '2d106det.onnx',
      aliases: [],
    },
  ];
  const script = join(root, 'command.mjs');
  writeFileSync(
    script,
    `import { modelsCommand } from ${JSON.stringify(module)};
     await modelsCommand(${JSON.stringify(models)}).parseAsync(process.argv);`,
  );
  return ['--import', import.meta.resolve('tsx'), script, ...args];
}

/** The user's own folders are out of sight, and no proxy is in the way. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, HOME: root, USERPROFILE: root, LOCALAPPDATA: join(root, 'cache') };
}

function start(...args: string[]): [ChildProcess, Promise<Outcome>] {
  const child = spawn(process.execPath, commandLine(args), { cwd: root, env: environment() });
  child.stdin.end();
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    outcome.stdout += text;
  });
  child.stderr.on('data', (text) => {
    outcome.stderr += text;
  });
  return [child, once(child, 'close').then(([code]) => ({ ...outcome, code }))];
}

function run(...args: string[]): Promise<Outcome> {
  return start(...args)[1];
}

function serveBoth(): void {
  server.serve('/detector', whole(CONTENT));
  server.serve('/landmarker', whole(LANDMARKER));
}

const detectorPath = () => join(root, 'models', 'det_10g.onnx');
const sizeInModels = (name: string) => statSync(join(root, 'models', name), { throwIfNoEntry: false })?.size;
const landmarkerPath = () => join(root, 'models', '2d106det.onnx');

describe('models fetch', () => {
  test('shows the licence, downloads, and prints nothing but the paths', async () => {
    server.serve('/detector', breaksOff(CONTENT, 1_000_000));
    server.serve('/landmarker', whole(LANDMARKER));
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models', '--accept-license');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${detectorPath()}\n${landmarkerPath()}\n` });
    expect(stderr).toContain(MODEL_LICENSE);
    expect(stderr).toMatch(/det_10g\.onnx .* 2\.5 of 2\.5 MB {2}[\d.]+ MB\/s/);

    const again = await run('fetch', '--dir', 'models');
    expect(again).toMatchObject({ code: 0, stdout });
    expect(again.stderr).not.toContain(MODEL_LICENSE);
  });

  test('without a terminal and without agreement: exit code 2, nothing asked of a server', async () => {
    serveBoth();
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--accept-license/);
    expect(server.requests).toEqual([]);
  });

  test.skipIf(!HAS_TERMINAL).each([
    ['y', 0],
    ['n', 1],
    ['', 1],
  ])(`on a terminal, the answer %j gives exit code %i${WITHOUT_TERMINAL}`, async (answer, code) => {
    serveBoth();
    const command = [process.execPath, ...commandLine(['fetch', '--dir', 'models'])];
    const outcome = await runOnTerminal(command, { cwd: root, env: environment() }, { question: '[y/N]', answer });
    expect(outcome.screen).toContain('Do you agree? [y/N]');
    expect(outcome.code).toBe(code);
    if (code === 0) expect(readFileSync(detectorPath()).equals(CONTENT)).toBe(true);
    else expect(server.requests).toEqual([]);
  });

  test('says which location failed, and how to go on', async () => {
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models', '--accept-license');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`det_10g.onnx: HTTP 404 (${server.origin}/detector)`);
    expect(stderr).toMatch(/put the file into .*models by hand/);
  });

  test('offline, asks nobody and needs no agreement', async () => {
    serveBoth();
    const { code, stderr } = await run('fetch', '--dir', 'models', '--offline');
    expect(code).toBe(1);
    expect(stderr).toContain('not tried, offline');
    expect(server.requests).toEqual([]);
  });

  test('uses what lies elsewhere, and warns of a damaged file that would be found first', async () => {
    serveBoth();
    writeFileSync(landmarkerPath(), LANDMARKER);
    writeFileSync(detectorPath(), 'damaged');
    const { code, stdout, stderr } = await run('fetch', '--accept-license');
    expect(code).toBe(0);
    expect(stdout).toContain(landmarkerPath());
    expect(stderr).toContain(`${detectorPath()} is damaged (wrong size)`);
    expect(server.requestsFor('/landmarker')).toEqual([]);
  });

  test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'ends in order on %s',
    async (signal) => {
      server.serve('/detector', stalls(CONTENT, 1_000_000));
      const [child, outcome] = start('fetch', '--dir', 'models', '--accept-license');
      await until(() => readdirSync(join(root, 'models')).some((name) => sizeInModels(name) === 1_000_000));
      child.kill(signal);
      expect(await outcome).toMatchObject({
        code: 130,
        stdout: '',
        stderr: expect.stringContaining('goes on where it stopped'),
      });

      serveBoth();
      expect((await run('fetch', '--dir', 'models', '--accept-license')).code).toBe(0);
      expect(server.requestsFor('/detector')).toEqual([undefined, 'bytes=1000000-']);
    },
  );
});

describe('models verify', () => {
  test.each([
    ['ok', () => writeFileSync(detectorPath(), CONTENT)],
    ['missing', () => undefined],
    ['wrong size', () => writeFileSync(detectorPath(), CONTENT.subarray(1))],
    ['wrong digest', () => writeFileSync(detectorPath(), noise(CONTENT.length, 3))],
    ['unreadable', () => mkdirSync(detectorPath())],
  ])('%s', async (status, prepare) => {
    prepare();
    writeFileSync(landmarkerPath(), LANDMARKER);
    const text = await run('verify', '--dir', 'models');
    expect(text.code).toBe(status === 'ok' ? 0 : 1);
    expect(text.stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      [status, 'det_10g.onnx'],
      ['ok', '2d106det.onnx'],
      [''],
    ]);
    const json = await run('verify', '--dir', 'models', '--json');
    expect(json.code).toBe(text.code);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { role: 'detector', file: 'det_10g.onnx', status, path: status === 'missing' ? null : detectorPath() },
      { role: 'landmarker', file: '2d106det.onnx', status: 'ok', path: landmarkerPath() },
    ]);
  });
});

test('models list names the networks and where they are', async () => {
  writeFileSync(landmarkerPath(), LANDMARKER);
  const text = await run('list', '--dir', 'models');
  expect(text).toMatchObject({
    code: 0,
    stdout: `detector\tdet_10g.onnx\t-\nlandmarker\t2d106det.onnx\t${landmarkerPath()}\n`,
  });
  const json = await run('list', '--dir', 'models', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject([
    { role: 'detector', bytes: CONTENT.length, path: null, sources: [`${server.origin}/detector`] },
    { role: 'landmarker', bytes: LANDMARKER.length, path: landmarkerPath() },
  ]);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
