import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { INSIGHTFACE_LICENCE, licenceNotice, MIT } from '../../src/node/models/licences.js';
import { packagedPath } from '../../src/node/models/model-folders.js';
import { MEDIAPIPE_LANDMARKER } from '../../src/node/models/model-table.js';
import { breaksOff, DownloadServer, modelOf, noise, sha256, stalls, whole } from '../support/download-server.js';
import { HAS_TERMINAL, runOnTerminal, WITHOUT_TERMINAL } from '../support/terminal.js';

const CONTENT = noise(2_500_000, 1);
const LANDMARKER = noise(1000, 2);
const YUNET = noise(2000, 4);

let root: string;
let server: DownloadServer;
let mirror: { FACIAL_LMK_MIRROR?: string };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
  mkdirSync(join(root, 'models'));
  server = await DownloadServer.start();
  mirror = {};
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

/** Command line of a process that knows networks on the test's server instead of the public ones. */
function commandLine(args: string[]): string[] {
  const module = fileURLToPath(new URL('../../src/cli/models.ts', import.meta.url));
  const sets = {
    insightface: {
      name: 'insightface',
      purpose: 'for research',
      detector: modelOf(CONTENT, { url: `${server.origin}/detector` }),
      landmarker: {
        ...modelOf(LANDMARKER, { url: `${server.origin}/landmarker` }),
        role: 'landmarker',
        fileName: '2d106det.onnx',
        aliases: [],
      },
    },
    yunet: {
      name: 'yunet',
      purpose: 'also for products',
      detector: {
        ...modelOf(YUNET, { url: `${server.origin}/yunet` }),
        fileName: 'face_detection_yunet_2023mar.onnx',
        aliases: [],
        licence: MIT,
      },
      landmarker: MEDIAPIPE_LANDMARKER,
      measured: { data: 'some faces', images: 7, found: 6, nme: 0.05, nmeWithoutContour: 0.04 },
    },
  };
  const script = join(root, 'command.mjs');
  writeFileSync(
    script,
    `import { modelsCommand } from ${JSON.stringify(module)};
     await modelsCommand(${JSON.stringify(sets)}).parseAsync(process.argv);`,
  );
  return ['--import', import.meta.resolve('tsx'), script, ...args];
}

/** The user's own folders are out of sight, and no proxy is in the way. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, HOME: root, USERPROFILE: root, LOCALAPPDATA: join(root, 'cache'), ...mirror };
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
const packagedLandmarker = () => readFileSync(packagedPath(MEDIAPIPE_LANDMARKER));
const landmarkerPath = () => join(root, 'models', '2d106det.onnx');

describe('models fetch', () => {
  test('shows the licence, downloads, and prints nothing but the paths', async () => {
    server.serve('/detector', breaksOff(CONTENT, 1_000_000));
    server.serve('/landmarker', whole(LANDMARKER));
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models', '--accept-licence');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${detectorPath()}\n${landmarkerPath()}\n` });
    expect(stderr).toContain(licenceNotice(INSIGHTFACE_LICENCE));
    expect(stderr).toMatch(/det_10g\.onnx .* 2\.5 of 2\.5 MB {2}[\d.]+ MB\/s/);

    const again = await run('fetch', '--dir', 'models');
    expect(again).toMatchObject({ code: 0, stdout });
    expect(again.stderr).not.toContain(licenceNotice(INSIGHTFACE_LICENCE));
  });

  test('without a terminal and without agreement: exit code 2, nothing asked of a server', async () => {
    serveBoth();
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--accept-licence/);
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

  test('says which location failed, and names every file with its link and where to put it', async () => {
    const { code, stdout, stderr } = await run('fetch', '--dir', 'models', '--accept-licence');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`det_10g.onnx: HTTP 404 (${server.origin}/detector)`);
    expect(stderr).toContain(`into ${join(root, 'models')} by hand`);
    for (const file of ['det_10g.onnx', '2d106det.onnx']) expect(stderr).toContain(`\n  ${file}, `);
    for (const path of ['detector', 'landmarker']) expect(stderr).toContain(`\n    ${server.origin}/${path}\n`);
    expect(stderr).toContain('FACIAL_LMK_MIRROR');
  });

  test('asks a mirror instead, named by the option or the variable', async () => {
    server.serve('/mirror/det_10g.onnx', whole(CONTENT));
    server.serve('/mirror/2d106det.onnx', whole(LANDMARKER));
    const args = ['fetch', '--dir', 'models', '--accept-licence'];
    expect((await run(...args, '--mirror', `${server.origin}/mirror/`)).code).toBe(0);
    rmSync(detectorPath());
    mirror = { FACIAL_LMK_MIRROR: `${server.origin}/mirror` };
    expect((await run(...args)).code).toBe(0);
    expect([...new Set(server.requests.map(({ path }) => path))]).toEqual([
      '/mirror/det_10g.onnx',
      '/mirror/2d106det.onnx',
    ]);
  });

  test.each([
    [[], '--networks insightface'],
    [['--dir', 'models'], '--networks insightface'],
    [['--dir', 'elsewhere'], '--networks elsewhere'],
    [['--dir', 'my networks'], '--networks "my networks"'],
  ])('ends with the line to type (%j)', async (args, line) => {
    serveBoth();
    for (const attempt of ['first', 'again']) {
      const { code, stderr } = await run('fetch', ...args, '--accept-licence');
      expect({ attempt, code }).toEqual({ attempt, code: 0 });
      expect(stderr).toMatch(new RegExp(`npx facial-lmk detect photo\\.jpg ${line}\n$`));
    }
  });

  test('names the files where a folder holds other networks too', async () => {
    serveBoth();
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere', 'face_detection_yunet_2023mar.onnx'), YUNET);
    const { stderr } = await run('fetch', '--dir', 'elsewhere', '--accept-licence');
    const [detector, landmarker] = ['det_10g.onnx', '2d106det.onnx'].map((name) => join(root, 'elsewhere', name));
    expect(stderr).toContain(`--detector ${detector} --landmarker ${landmarker}\n`);
  });

  test('asks for no agreement to a licence that allows everything', async () => {
    server.serve('/yunet', whole(YUNET));
    const { code, stdout, stderr } = await run('fetch', 'yunet');
    expect(code).toBe(0);
    expect(stdout).toMatch(/face_detection_yunet_2023mar\.onnx\n$/);
    expect(stderr).toContain('The set "yunet" (MIT AND Apache-2.0)');
    expect(stderr).toMatch(/--networks yunet\n$/);
  });

  test('knows no other sets', async () => {
    const { code, stderr } = await run('fetch', 'insightfase');
    expect(code).toBe(1);
    expect(stderr).toContain('insightface, yunet');
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
    const { code, stdout, stderr } = await run('fetch', '--accept-licence');
    expect(code).toBe(0);
    expect(stdout).toContain(landmarkerPath());
    expect(stderr).toContain(`${detectorPath()} is damaged (wrong size)`);
    expect(server.requestsFor('/landmarker')).toEqual([]);
  });

  test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'ends in order on %s',
    async (signal) => {
      server.serve('/detector', stalls(CONTENT, 1_000_000));
      const [child, outcome] = start('fetch', '--dir', 'models', '--accept-licence');
      await until(() => readdirSync(join(root, 'models')).some((name) => sizeInModels(name) === 1_000_000));
      child.kill(signal);
      expect(await outcome).toMatchObject({
        code: 130,
        stdout: '',
        stderr: expect.stringContaining('Run the same command again to continue.'),
      });

      serveBoth();
      expect((await run('fetch', '--dir', 'models', '--accept-licence')).code).toBe(0);
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
    const text = await run('verify', 'insightface', '--dir', 'models');
    expect(text.code).toBe(status === 'ok' ? 0 : 1);
    expect(text.stdout.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      [status, 'det_10g.onnx'],
      ['ok', '2d106det.onnx'],
      [''],
    ]);
    const json = await run('verify', 'insightface', '--dir', 'models', '--json');
    expect(json.code).toBe(text.code);
    const path = status === 'missing' ? null : detectorPath();
    expect(JSON.parse(json.stdout)).toMatchObject([
      { set: 'insightface', role: 'detector', file: 'det_10g.onnx', status, path },
      { set: 'insightface', role: 'landmarker', file: '2d106det.onnx', status: 'ok', path: landmarkerPath() },
    ]);
  });

  test('of all sets: what is not there may be missing, but not damaged', async () => {
    const all = await run('verify', '--dir', 'models');
    expect(all.code).toBe(0);
    expect(all.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['missing', 'missing', 'missing', '']);
    writeFileSync(landmarkerPath(), 'damaged');
    const { code, stderr } = await run('verify', '--dir', 'models');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('models fetch insightface') });
  });
});

describe('models list', () => {
  test('says of each set what it is for, its licence, accuracy, files, where they are and where they come from', async () => {
    writeFileSync(landmarkerPath(), LANDMARKER);
    const { code, stdout } = await run('list', '--dir', 'models');
    expect(code).toBe(0);
    const packaged = packagedLandmarker();
    const [insightface, yunet] = stdout.split('\n\n');
    for (const part of [
      'insightface: for research\n',
      'non-commercial research only; in products: no (https://',
      'accuracy: not measured by this project',
      `detector: det_10g.onnx, 2.5 MB, SHA-256 ${sha256(CONTENT)}`,
      `from: ${server.origin}/detector`,
      'here: not on this machine; npx facial-lmk models fetch insightface\n',
      `here: ${landmarkerPath()}`,
    ]) {
      expect(insightface).toContain(part);
    }
    for (const part of [
      'MIT AND Apache-2.0; in products: yes',
      'accuracy: some faces: 6 of 7 faces found; NME 0.05, without the contour 0.04',
      `landmarker: face-landmarker-mediapipe.onnx, ${(packaged.length / 1e6).toFixed(1)} MB, SHA-256 ${sha256(packaged)}`,
      'face-landmarker-mediapipe.onnx (part of this package)',
    ]) {
      expect(yunet).toContain(part);
    }
  });

  test('as JSON', async () => {
    writeFileSync(landmarkerPath(), LANDMARKER);
    const sets = JSON.parse((await run('list', '--dir', 'models', '--json')).stdout);
    const bytes = packagedLandmarker();
    const packaged = { packaged: true, bytes: bytes.length, digest: { sha256: sha256(bytes) } };
    expect(sets).toMatchObject([
      {
        set: 'insightface',
        licence: 'non-commercial research only',
        commercialUse: false,
        measured: null,
        files: [
          { role: 'detector', bytes: CONTENT.length, path: null, sources: [`${server.origin}/detector`] },
          { role: 'landmarker', bytes: LANDMARKER.length, path: landmarkerPath() },
        ],
      },
      {
        set: 'yunet',
        commercialUse: true,
        measured: { found: 6 },
        files: [{ digest: { sha256: sha256(YUNET) } }, packaged],
      },
    ]);
    expect(JSON.parse((await run('list', 'yunet', '--json')).stdout)).toMatchObject([{ set: 'yunet' }]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
