import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InvalidOptionError, LicenceError, ModelFileError, ModelNotFoundError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { findMergedModel } from '../../src/node/models/find-merged-model.js';
import { type FindModelsOptions, findModels, resolveNetworks } from '../../src/node/models/find-models.js';
import { modelCacheFolder, packagedPath } from '../../src/node/models/model-folders.js';
import { isFetched, type NetworkFile } from '../../src/node/models/model-table.js';
import { filesOf, NETWORK_SETS, type NetworkSetName } from '../../src/node/models/network-sets.js';
import { createPool } from '../../src/node/pool/create-pool.js';

/** What the pinned files hold here: nobody may put the real ones into a test. */
const CONTENTS: Readonly<Record<string, string>> = vi.hoisted(() => ({
  'det_10g.onnx': 'SCRFD',
  'scrfd_10g_bnkps.onnx': 'SCRFD',
  '2d106det.onnx': '106 points',
  'face_detection_yunet_2023mar.onnx': 'YuNet',
}));

vi.mock('../../src/node/models/model-table.js', async (importOriginal) => {
  const table = await importOriginal<typeof import('../../src/node/models/model-table.js')>();
  const pin = <F extends { fileName: string }>(file: F) => ({
    ...file,
    digest: { sha256: createHash('sha256').update(CONTENTS[file.fileName]).digest('hex') },
  });
  return {
    ...table,
    DETECTOR: pin(table.DETECTOR),
    LANDMARKER: pin(table.LANDMARKER),
    YUNET_DETECTOR: pin(table.YUNET_DETECTOR),
  };
});

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
  for (const name of names) writeFileSync(join(path, name), CONTENTS[name] ?? `another file: ${name}`);
  return path;
}

const cache = () => modelCacheFolder().slice(root.length);
const packaged = (set: NetworkSetName) => ({
  detector: packagedPath(NETWORK_SETS[set].detector),
  landmarker: packagedPath(NETWORK_SETS[set].landmarker),
});
const setOf = async (options?: FindModelsOptions) => (await findModels(options)).identity.set;

async function failure(promise: Promise<unknown>, kind: new (...args: never[]) => Error = ModelNotFoundError) {
  const error = await promise.then(
    (value) => value,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  return error as ModelNotFoundError;
}

describe('findModels without a choice', () => {
  test('the built-in set runs', async () => {
    const found = await findModels();
    expect(found).toMatchObject({ ...packaged('mediapipe'), identity: { set: 'mediapipe', licence: 'Apache-2.0' } });
    expect(found.identity.digests.detector).toMatch(/^[0-9a-f]{64}$/);
    expect(found.identity.digests.landmarker).not.toBe(found.identity.digests.detector);
  });

  test.each(['models', 'FACIAL_LMK_MODELS'])('what the user put into %s comes first', async (place) => {
    const folder = put(place === 'models' ? 'project/models' : 'named', 'det_10g.onnx', '2d106det.onnx');
    if (place !== 'models') process.env.FACIAL_LMK_MODELS = folder;
    expect(await findModels()).toMatchObject({
      detector: join(folder, 'det_10g.onnx'),
      landmarker: join(folder, '2d106det.onnx'),
      identity: { set: 'insightface', licence: 'non-commercial research only' },
    });
  });

  test('FACIAL_LMK_MODELS comes before models/', async () => {
    put('project/models', 'det_10g.onnx', '2d106det.onnx');
    process.env.FACIAL_LMK_MODELS = put('named', 'scrfd_10g_bnkps.onnx', '2d106det.onnx');
    expect((await findModels()).detector).toBe(join(root, 'named', 'scrfd_10g_bnkps.onnx'));
  });

  test('nothing is taken from the cache or from another program', async () => {
    put(cache(), 'det_10g.onnx', '2d106det.onnx');
    put('home/.insightface/models/buffalo_l', 'det_10g.onnx', '2d106det.onnx');
    expect(await setOf()).toBe('mediapipe');
  });

  test('other files in models/ of a project are ignored', async () => {
    put('project/models', 'det_ocr.onnx', 'genderage.onnx');
    expect(await setOf()).toBe('mediapipe');
  });

  test('one network of a pair in models/ is an error, not the built-in set', async () => {
    put('project/models', 'det_10g.onnx');
    const { message } = await failure(findModels());
    expect(message).toMatch(/2d106det\.onnx for the landmarker but received no such file in .*det_10g\.onnx/);
    expect(message).toContain('models fetch');
  });

  test('a named folder without networks is an error, not the built-in set', async () => {
    process.env.FACIAL_LMK_MODELS = put('named', 'genderage.onnx');
    expect((await failure(findModels())).message).toContain(`${join(root, 'named')} (found only genderage.onnx)`);
  });

  test('YuNet in models/ takes the landmarks of this package', async () => {
    const folder = put('project/models', 'face_detection_yunet_2023mar.onnx');
    expect(await findModels()).toMatchObject({
      detector: join(folder, 'face_detection_yunet_2023mar.onnx'),
      landmarker: packaged('mediapipe').landmarker,
      identity: { set: 'yunet', licence: 'MIT AND Apache-2.0' },
    });
  });
});

describe('findModels: a set by its name', () => {
  test.each(['mediapipe', 'drawn-faces'] as const)(
    '%s comes with the package, whatever else lies around',
    async (set) => {
      process.env.FACIAL_LMK_MODELS = put('named', 'det_10g.onnx', '2d106det.onnx');
      expect(await findModels({ networks: set })).toMatchObject({ ...packaged(set), identity: { set } });
    },
  );

  test('insightface is found in each of its places, in order', async () => {
    // From the last to the first: each one put there later wins over those before.
    const folders: [string, string][] = [
      ['home/.insightface/models/antelopev2', 'scrfd_10g_bnkps.onnx'],
      ['home/.insightface/models/buffalo_l', 'det_10g.onnx'],
      [cache(), 'det_10g.onnx'],
      ['project/models', 'det_10g.onnx'],
      ['named', 'scrfd_10g_bnkps.onnx'],
    ];
    for (const [folder, detector] of folders) {
      const path = put(folder, detector, '2d106det.onnx');
      if (folder === 'named') process.env.FACIAL_LMK_MODELS = path;
      expect(await findModels({ networks: 'insightface' })).toMatchObject({
        detector: join(path, detector),
        landmarker: join(path, '2d106det.onnx'),
        identity: { set: 'insightface' },
      });
    }
  });

  test('its two files may lie in different places', async () => {
    const home = put('home/.insightface/models/buffalo_l', 'det_10g.onnx');
    const cached = put(cache(), '2d106det.onnx');
    expect(await findModels({ networks: 'insightface' })).toMatchObject({
      detector: join(home, 'det_10g.onnx'),
      landmarker: join(cached, '2d106det.onnx'),
    });
  });

  test('yunet is looked for in the cache, not among the files of InsightFace', async () => {
    put('home/.insightface/models/buffalo_l', 'face_detection_yunet_2023mar.onnx');
    await failure(findModels({ networks: 'yunet' }));
    put(cache(), 'face_detection_yunet_2023mar.onnx');
    expect(await setOf({ networks: 'yunet' })).toBe('yunet');
  });

  test('that is not there: every place, what it holds, and what to run', async () => {
    process.env.FACIAL_LMK_MODELS = put('named', 'genderage.onnx');
    const { message } = await failure(findModels({ networks: 'insightface' }));
    for (const place of [
      `${join(root, 'named')} (found only genderage.onnx)`,
      `${join(root, 'project', 'models')} (no such folder)`,
      `${modelCacheFolder()} (no such folder)`,
      `${join(root, 'home', '.insightface', 'models', 'buffalo_l')} (no such folder)`,
      `${join(root, 'home', '.insightface', 'models', 'antelopev2')} (no such folder)`,
      'npx facial-lmk models fetch insightface',
    ]) {
      expect(message).toContain(place);
    }
  });

  test('stands for its bytes: another file under its name is refused', async () => {
    const folder = put('project/models', 'det_10g.onnx', '2d106det.onnx');
    writeFileSync(join(folder, 'det_10g.onnx'), 'another detector');
    const { message } = await failure(findModels({ networks: 'insightface' }), ModelFileError);
    expect(message).toContain(join(folder, 'det_10g.onnx'));
    expect(message).toMatch(/models fetch insightface.*as `detector`/);
    // Without the name it may run, as what it is.
    expect((await findModels()).identity).toMatchObject({ set: 'custom', licence: 'unknown' });
  });
});

describe('findModels: a folder', () => {
  test('is searched alone', async () => {
    put('project/models', 'det_10g.onnx', '2d106det.onnx');
    const { message } = await failure(findModels({ networks: put('empty') }));
    expect(message).toContain(`${join(root, 'empty')} (no .onnx file there)`);
    expect(message).not.toContain(join(root, 'project'));
  });

  test.each(['networks', 'variable'])('named by %s may hold another SCRFD export', async (how) => {
    const folder = put('mine', 'det_2.5g.onnx', '2d106det_fp16.onnx', 'genderage.onnx');
    if (how === 'variable') process.env.FACIAL_LMK_MODELS = folder;
    expect(await findModels(how === 'variable' ? {} : { networks: folder })).toMatchObject({
      detector: join(folder, 'det_2.5g.onnx'),
      landmarker: join(folder, '2d106det_fp16.onnx'),
      identity: { set: 'custom', licence: 'unknown' },
    });
  });

  test('with copies of a known set is that set, whatever the files are called', async () => {
    const folder = put('mine');
    copyFileSync(packaged('mediapipe').detector, join(folder, 'det_mine.onnx'));
    copyFileSync(packaged('mediapipe').landmarker, join(folder, 'face-landmarker-mediapipe.onnx'));
    expect(await setOf({ networks: folder })).toBe('mediapipe');
  });

  test('with several networks of a kind: none is guessed', async () => {
    const folder = put('mine', 'scrfd_34g.onnx', 'det_500m.onnx', '2d106det.onnx');
    const { message } = await failure(findModels({ networks: folder }));
    expect(message).toMatch(/2 candidates: det_500m.onnx, scrfd_34g.onnx.*as `detector`/);
    // Naming one is the way out that the message promises.
    const detector = join(folder, 'det_500m.onnx');
    expect(await findModels({ networks: folder, detector })).toMatchObject({
      detector,
      landmarker: join(folder, '2d106det.onnx'),
    });
    put('project/models', 'det_10g.onnx', 'face_detection_yunet_2023mar.onnx', '2d106det.onnx');
    expect((await failure(findModels())).message).toMatch(/2 candidates: det_10g.onnx, face_detection_yunet/);
    expect(await setOf({ networks: 'insightface' })).toBe('insightface');
  });

  test.each([
    ['is none', 'mine/file', /not readable: ENOTDIR/],
    [
      'does not exist',
      'insightfase',
      /a set \(mediapipe, insightface, yunet, drawn-faces\) or a folder .*no such folder/,
    ],
  ])('that %s', async (_, name, reason) => {
    put('mine', 'file');
    expect((await failure(findModels({ networks: join(root, name) }))).message).toMatch(reason);
  });
});

describe('findModels: files of the user', () => {
  test('take the place of those of the set', async () => {
    const folder = put('mine', 'a.onnx', 'b.onnx');
    const [detector, landmarker] = [join(folder, 'a.onnx'), join(folder, 'b.onnx')];
    expect(await findModels({ detector, landmarker })).toMatchObject({
      detector,
      landmarker,
      identity: { set: 'custom' },
    });
    expect(await findModels({ detector })).toMatchObject({ detector, landmarker: packaged('mediapipe').landmarker });
    expect(await findModels({ networks: 'drawn-faces', landmarker })).toMatchObject({
      detector: packaged('drawn-faces').detector,
      landmarker,
    });
  });

  test('may come as bytes, and are known by them', async () => {
    const [detector, landmarker] = ['SCRFD', '106 points'].map((text) => new TextEncoder().encode(text));
    const { identity } = await resolveNetworks({ detector, landmarker });
    expect(identity.set).toBe('insightface');
    expect(identity.digests.detector).toBe(createHash('sha256').update('SCRFD').digest('hex'));
  });

  test('of two known sets have the licences of both', async () => {
    const folder = put('mine', '2d106det.onnx');
    const { identity } = await findModels({ networks: 'mediapipe', landmarker: join(folder, '2d106det.onnx') });
    expect(identity).toMatchObject({ set: 'custom', licence: 'Apache-2.0 AND non-commercial research only' });
  });

  test('that do not exist, or are no file', async () => {
    const folder = put('mine', '2d106det.onnx');
    const missing = join(root, 'nowhere.onnx');
    expect((await failure(findModels({ detector: missing }))).message).toContain('nowhere.onnx');
    await failure(findModels({ detector: folder }), ModelFileError);
    mkdirSync(join(folder, 'det_10g.onnx'));
    await failure(findModels({ networks: folder }), ModelFileError);
    if (process.platform !== 'win32') await failure(findModels({ detector: '/dev/zero' }), ModelFileError);
  });
});

describe("findModels with licence: 'commercial'", () => {
  const licence = 'commercial';

  test('refuses a set that forbids products, by name, also where its files are missing', async () => {
    const { message } = await failure(findModels({ networks: 'insightface', licence }), LicenceError);
    expect(message).toMatch(/the set "insightface": non-commercial research only/);
    expect(message).toContain('Use the set "mediapipe".');
  });

  test('takes the others', async () => {
    put(cache(), 'face_detection_yunet_2023mar.onnx');
    for (const networks of ['mediapipe', 'yunet', 'drawn-faces'])
      expect(await setOf({ networks, licence })).toBe(networks);
    expect(await setOf({ licence })).toBe('mediapipe');
  });

  test('refuses what it finds in models/, by its bytes and not by its name', async () => {
    const folder = put('project/models', 'det_10g.onnx', '2d106det.onnx');
    await failure(findModels({ licence }), LicenceError);
    await failure(findModels({ detector: join(folder, 'det_10g.onnx'), networks: 'mediapipe', licence }), LicenceError);
    const renamed = put('mine');
    copyFileSync(join(folder, 'det_10g.onnx'), join(renamed, 'face-detector-mediapipe.onnx'));
    copyFileSync(join(folder, '2d106det.onnx'), join(renamed, 'face-landmarker-mediapipe.onnx'));
    await failure(findModels({ networks: renamed, licence }), LicenceError);
  });

  test('refuses files that nobody knows, and says so', async () => {
    const detector = join(put('mine', 'a.onnx'), 'a.onnx');
    const { message } = await failure(findModels({ detector, licence }), LicenceError);
    expect(message).toContain(`${detector} and ${packaged('mediapipe').landmarker}: files whose licence is unknown`);
  });
});

test.each([
  [{ networks: '' }],
  [{ networks: 5 }],
  [{ detector: 5 }],
  [{ landmarker: ['a.onnx'] }],
  [{ licence: 'product' }],
  [null],
])('%j is refused', async (options) => {
  await failure(findModels(options as FindModelsOptions), InvalidOptionError);
});

test('findMergedModel finds model.onnx or says how to get it', async () => {
  expect((await failure(findMergedModel())).message).toContain('models fetch insightface --merged');
  const folder = put(cache(), 'model.onnx');
  expect(await findMergedModel()).toBe(join(folder, 'model.onnx'));
});

describe('the table', () => {
  const files: NetworkFile[] = [
    ...new Set(Object.values(NETWORK_SETS).flatMap((set) => [...filesOf(set), ...(set.merged ? [set.merged] : [])])),
  ];

  test('pins every file that is fetched, and names each file only once', () => {
    const names = files.flatMap((file) => [file.fileName, ...(isFetched(file) ? file.aliases : [])]);
    expect(new Set(names).size).toBe(names.length);
    const fetched = files.filter(isFetched);
    expect(fetched.length).toBeGreaterThan(3);
    for (const { digest, locations } of fetched) {
      expect(Object.values(digest)[0]).toMatch('sha256' in digest ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/);
      for (const location of locations) if ('url' in location) expect(new URL(location.url).protocol).toBe('https:');
    }
  });

  test('allows no product to contain a network of InsightFace', () => {
    const forbidden = files.filter(({ licence }) => !licence.commercialUse).map(({ fileName }) => fileName);
    expect(forbidden.sort()).toEqual(['2d106det.onnx', 'det_10g.onnx', 'model.onnx']);
  });
});

describe('findModels: a misspelt option', () => {
  test('is refused, so that no other networks run than somebody asked for', async () => {
    const options = { network: 'drawn-faces' } as object;
    const refused = { code: 'ERR_INVALID_OPTION', message: expect.stringContaining('"networks"') };
    await expect(findModels(options)).rejects.toMatchObject(refused);
    await expect(FacialLandmarkDetector.load(options)).rejects.toMatchObject(refused);
    await expect(createPool(options)).rejects.toMatchObject(refused);
  });
});
