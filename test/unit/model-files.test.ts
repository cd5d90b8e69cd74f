import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModelFileError, ModelNotFoundError } from '../../src/errors.js';
import {
  builtInModels,
  findMergedModel,
  findModels,
  locateModel,
  modelCacheFolder,
} from '../../src/node/models/model-files.js';
import { DETECTOR, KNOWN_MODELS, LANDMARKER } from '../../src/node/models/model-table.js';
import { verifyFile } from '../../src/node/models/verify-file.js';

const VARIABLES = ['HOME', 'USERPROFILE', 'LOCALAPPDATA', 'XDG_CACHE_HOME', 'FACIAL_LMK_MODELS'];

let root: string;
let savedVariables: (string | undefined)[];
let savedFolder: string;

beforeEach(() => {
  savedVariables = VARIABLES.map((name) => process.env[name]);
  savedFolder = process.cwd();
  root = realpathSync(mkdtempSync(join(tmpdir(), 'facial-lmk-')));
  process.env.HOME = process.env.USERPROFILE = join(root, 'home');
  process.env.LOCALAPPDATA = process.env.XDG_CACHE_HOME = join(root, 'cache');
  delete process.env.FACIAL_LMK_MODELS;
  mkdirSync(join(root, 'project'));
  process.chdir(join(root, 'project'));
});

afterEach(() => {
  process.chdir(savedFolder);
  VARIABLES.forEach((name, i) => {
    if (savedVariables[i] === undefined) delete process.env[name];
    else process.env[name] = savedVariables[i];
  });
  rmSync(root, { recursive: true, force: true });
});

/** Puts files into a folder below the test's own and returns the folder. */
function put(folder: string, ...names: string[]): string {
  const path = join(root, folder);
  mkdirSync(path, { recursive: true });
  for (const name of names) writeFileSync(join(path, name), 'x');
  return path;
}

async function failure(promise: Promise<unknown>): Promise<ModelNotFoundError> {
  const error = await promise.then(
    (value) => value,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(ModelNotFoundError);
  return error;
}

// Networks in the package's own folder would be found before most of the places that these tests fill.
const packageModels = dirname(builtInModels().detector);
const fetched = readdirSync(packageModels).filter((name) =>
  /^(det_10g|scrfd_10g_bnkps|2d106det|model)\.onnx$/.test(name),
);
const searchTests = `the search${fetched.length === 0 ? '' : ` (skipped: remove ${fetched.join(', ')} from models/)`}`;

describe.skipIf(fetched.length > 0)(searchTests, () => {
  test('takes each of its places, in order', async () => {
    // From the last to the first: each one put there later wins over those before.
    const folders: [string, string][] = [
      ['home/.insightface/models/antelopev2', 'scrfd_10g_bnkps.onnx'],
      ['home/.insightface/models/buffalo_l', 'det_10g.onnx'],
      [modelCacheFolder().slice(root.length), 'det_10g.onnx'],
      ['project/models', 'det_10g.onnx'],
      ['named', 'scrfd_10g_bnkps.onnx'],
    ];
    for (const [folder, detector] of folders) {
      const path = put(folder, detector, '2d106det.onnx');
      if (folder === 'named') process.env.FACIAL_LMK_MODELS = path;
      expect(await findModels()).toEqual({
        detector: join(path, detector),
        landmarker: join(path, '2d106det.onnx'),
        builtIn: false,
      });
    }
    const given = put('given', 'det_10g.onnx', '2d106det.onnx', 'a.onnx', 'b.onnx');
    expect((await findModels({ directory: given })).detector).toBe(join(given, 'det_10g.onnx'));
    expect(await findModels({ detector: join(given, 'a.onnx'), landmarker: join(given, 'b.onnx') })).toEqual({
      detector: join(given, 'a.onnx'),
      landmarker: join(given, 'b.onnx'),
      builtIn: false,
    });
  });

  test('finds the two in different places', async () => {
    const project = put('project/models', '2d106det.onnx');
    const home = put('home/.insightface/models/buffalo_l', 'det_10g.onnx');
    expect(await findModels()).toEqual({
      detector: join(home, 'det_10g.onnx'),
      landmarker: join(project, '2d106det.onnx'),
      builtIn: false,
    });
  });

  test('says every place it looked at, what it found there and what to run', async () => {
    process.env.FACIAL_LMK_MODELS = put('named', 'genderage.onnx');
    const { message } = await failure(findModels());
    for (const place of [
      `${join(root, 'named')} (found only genderage.onnx)`,
      `${join(root, 'project', 'models')} (no such folder)`,
      `${packageModels} (`,
      `${modelCacheFolder()} (no such folder)`,
      `${join(root, 'home', '.insightface', 'models', 'buffalo_l')} (no such folder)`,
      `${join(root, 'home', '.insightface', 'models', 'antelopev2')} (no such folder)`,
      'npx facial-lmk models fetch',
    ]) {
      expect(message).toContain(place);
    }
  });

  test('searches a given folder alone', async () => {
    put('project/models', 'det_10g.onnx', '2d106det.onnx');
    const { message } = await failure(findModels({ directory: put('empty'), allowBuiltIn: true }));
    expect(message).toContain(`${join(root, 'empty')} (no .onnx file there)`);
    expect(message).not.toContain(join(root, 'project'));
  });

  test.each(['directory', 'variable'])('takes another SCRFD export from a folder named by %s', async (how) => {
    const folder = put('mine', 'det_2.5g.onnx', '2d106det_fp16.onnx', 'genderage.onnx');
    if (how === 'variable') process.env.FACIAL_LMK_MODELS = folder;
    expect(await findModels(how === 'variable' ? {} : { directory: folder })).toEqual({
      detector: join(folder, 'det_2.5g.onnx'),
      landmarker: join(folder, '2d106det_fp16.onnx'),
      builtIn: false,
    });
  });

  test('guesses nothing among several exports, and nothing outside a named folder', async () => {
    const { message } = await failure(
      findModels({ directory: put('mine', 'scrfd_34g.onnx', 'det_500m.onnx', '2d106det.onnx') }),
    );
    expect(message).toMatch(/2 candidates: det_500m.onnx, scrfd_34g.onnx.*--detector FILE/);
    put('project/models', 'det_500m.onnx', '2d106det.onnx');
    await failure(findModels());
  });

  test('offers the built-in networks only when allowed and nothing else is there', async () => {
    await failure(findModels());
    expect(await findModels({ allowBuiltIn: true })).toEqual(builtInModels());
    expect(builtInModels().builtIn).toBe(true);
    put('project/models', 'det_10g.onnx');
    expect((await failure(findModels({ allowBuiltIn: true }))).subject).toBe('the landmarker');
  });

  test('refuses a path that does not exist or is no file', async () => {
    const folder = put('mine', '2d106det.onnx');
    expect((await failure(findModels({ detector: join(root, 'nowhere.onnx') }))).message).toContain('nowhere.onnx');
    await expect(findModels({ detector: folder })).rejects.toThrow(ModelFileError);
    mkdirSync(join(folder, 'det_10g.onnx'));
    await expect(findModels({ directory: folder })).rejects.toThrow(ModelFileError);
  });

  test('names a folder that is none', async () => {
    put('mine', 'file');
    const { message } = await failure(findModels({ directory: join(root, 'mine', 'file') }));
    expect(message).toContain('not readable: ENOTDIR');
  });

  test('findMergedModel finds model.onnx or says how to get it', async () => {
    expect((await failure(findMergedModel())).message).toContain('models fetch --merged');
    const folder = put('project/models', 'model.onnx');
    expect(await findMergedModel()).toBe(join(folder, 'model.onnx'));
    expect(await findMergedModel({ path: join(folder, 'model.onnx') })).toBe(join(folder, 'model.onnx'));
  });
});

test('locateModel takes pinned names only', async () => {
  const folder = put('mine', 'det_2.5g.onnx', '2d106det.onnx');
  expect(await locateModel(DETECTOR, folder)).toBeUndefined();
  expect(await locateModel(LANDMARKER, folder)).toBe(join(folder, '2d106det.onnx'));
});

describe('verifyFile', () => {
  // SHA-256 of "abc" from FIPS 180-2, appendix B.1; the blob id is what `git hash-object` prints for the same bytes.
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const gitBlob = 'f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f';

  test.each([
    ['ok', 3, { sha256 }],
    ['ok', undefined, { gitBlob }],
    ['wrong size', 4, { sha256 }],
    ['wrong digest', 3, { sha256: sha256.replace('b', 'c') }],
    ['wrong digest', undefined, { gitBlob: sha256 }],
  ])('%s: %o bytes, %o', async (status, bytes, digest) => {
    const path = join(put('mine'), 'abc');
    writeFileSync(path, 'abc');
    expect(await verifyFile(path, { bytes, digest })).toMatchObject({ status });
  });

  test('tells a missing file from an unreadable one', async () => {
    const folder = put('mine', 'file');
    const any = { bytes: undefined, digest: { sha256 } };
    expect(await verifyFile(join(folder, 'nothing'), any)).toMatchObject({ status: 'missing' });
    expect(await verifyFile(join(folder, 'file', 'below'), any)).toMatchObject({ status: 'missing' });
    expect(await verifyFile(folder, any)).toEqual({ status: 'unreadable', detail: 'not a file' });
    if (process.platform !== 'win32') {
      expect(await verifyFile('/dev/zero', any)).toEqual({ status: 'unreadable', detail: 'not a file' });
    }
  });
});

test.skipIf(process.platform === 'win32')('a file that may not be read is neither missing nor intact', async () => {
  const path = join(put('mine', 'file'), 'file');
  chmodSync(path, 0);
  // The superuser may read anything, so it steps down for the attempt ("nobody" by convention).
  const root = process.getuid?.() === 0;
  if (root) process.seteuid?.(65534);
  try {
    const verdict = await verifyFile(path, { bytes: undefined, digest: { sha256: '' } });
    expect(verdict).toEqual({ status: 'unreadable', detail: 'EACCES' });
  } finally {
    if (root) process.seteuid?.(0);
  }
});

test('the table pins every file and names each only once', () => {
  const names = KNOWN_MODELS.flatMap(({ fileName, aliases }) => [fileName, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const { digest, locations } of KNOWN_MODELS) {
    expect(Object.values(digest)[0]).toMatch('sha256' in digest ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/);
    for (const location of locations) if ('url' in location) expect(new URL(location.url).protocol).toBe('https:');
  }
});
