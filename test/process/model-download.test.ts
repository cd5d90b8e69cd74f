import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DownloadError, FileAccessError, InvalidOptionError } from '../../src/errors.js';
import { MIT } from '../../src/node/models/licences.js';
import { type DownloadOptions, type DownloadProgress, downloadModels } from '../../src/node/models/model-download.js';
import type { KnownModel } from '../../src/node/models/model-table.js';
import { verifyFile } from '../../src/node/models/verify-file.js';
import {
  breaksOff,
  chunked,
  DownloadServer,
  ignoresRange,
  modelOf,
  noise,
  sha256,
  stalls,
  startProxy,
  status,
  whole,
  zipOf,
} from '../support/download-server.js';
import { CAN_MOUNT, resizeDisk, WITHOUT_MOUNT, withDisk } from '../support/full-disk.js';

const CONTENT = noise(300_000, 1);
const OTHER = noise(300_000, 2);
const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** A port that was free a moment ago. */
const DEAF_ORIGIN = await DownloadServer.start().then(async (server) => {
  await server.close();
  return server.origin;
});

let directory: string;
let server: DownloadServer;
let savedProxies: (string | undefined)[];

beforeEach(async () => {
  savedProxies = PROXY_VARIABLES.map((name) => process.env[name]);
  for (const name of PROXY_VARIABLES) delete process.env[name];
  directory = mkdtempSync(join(tmpdir(), 'facial-lmk-'));
  server = await DownloadServer.start();
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
  PROXY_VARIABLES.forEach((name, i) => {
    if (savedProxies[i] === undefined) delete process.env[name];
    else process.env[name] = savedProxies[i];
  });
});

function fetchModel(model: KnownModel, options: Partial<DownloadOptions> = {}): Promise<string[]> {
  return downloadModels({ acceptLicence: true, directory, models: [model], stallTimeoutMs: 5000, ...options });
}

/** What the folder holds after a test: the network and nothing else, unless said otherwise. */
function expectOnly(...names: string[]): void {
  expect(readdirSync(directory).sort()).toEqual(names);
}

/** Compares digests, because a comparison that could print every differing byte is slow. */
function expectContent(path: string, content: Buffer): void {
  expect(sha256(readFileSync(path))).toBe(sha256(content));
}

async function failure(promise: Promise<unknown>): Promise<DownloadError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return error;
}

describe('downloadModels: a location that delivers', () => {
  test('gives the file its name once it is whole', async () => {
    const seen: DownloadProgress[] = [];
    const model = modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) });
    const [path] = await fetchModel(model, { onProgress: (progress) => seen.push(progress) });
    expectContent(path, CONTENT);
    expectOnly('det_10g.onnx');
    expect(seen.at(-1)).toEqual({
      fileName: 'det_10g.onnx',
      location: `${server.origin}/a`,
      received: CONTENT.length,
      total: CONTENT.length,
    });
  });

  test('is not asked when the file is there', async () => {
    writeFileSync(join(directory, 'det_10g.onnx'), CONTENT);
    await fetchModel(modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }));
    expect(server.requests).toEqual([]);
  });

  test('replaces a damaged file', async () => {
    writeFileSync(join(directory, 'det_10g.onnx'), OTHER);
    const [path] = await fetchModel(modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }));
    expectContent(path, CONTENT);
  });

  test('may redirect', async () => {
    server.serve('/b', whole(CONTENT));
    const url = server.serve('/a', status(302, { location: '/b' }));
    const [path] = await fetchModel(modelOf(CONTENT, { url }));
    expectContent(path, CONTENT);
  });

  test('may stream without a length', async () => {
    const [path] = await fetchModel(modelOf(CONTENT, { url: server.serve('/a', chunked(CONTENT)) }));
    expectContent(path, CONTENT);
  });

  test('may be known by a git blob id alone, without a size', async () => {
    const repository = join(directory, 'hash');
    writeFileSync(repository, CONTENT);
    const gitBlob = execFileSync('git', ['hash-object', '--no-filters', repository], { encoding: 'utf8' }).trim();
    rmSync(repository);
    const url = server.serve('/a', breaksOff(CONTENT, 200_000));
    const [path] = await fetchModel({ ...modelOf(CONTENT, { url }), bytes: undefined, digest: { gitBlob } });
    expectContent(path, CONTENT);
  });
});

describe('downloadModels: a location that fails is followed by the next', () => {
  const cases: [string, () => string, RegExp][] = [
    ['404', () => server.serve('/bad', status(404)), /HTTP 404/],
    ['500', () => server.serve('/bad', status(500)), /HTTP 500/],
    ['redirects forever', () => server.serve('/bad', status(302, { location: '/bad' })), /redirect count exceeded/],
    ['nobody listens', () => DEAF_ORIGIN, /ECONNREFUSED/],
    ['an address that is none', () => 'http://', /URL/i],
    ['wrong bytes', () => server.serve('/bad', whole(OTHER)), /wrong digest/],
    ['too few bytes, declared', () => server.serve('/bad', whole(CONTENT.subarray(1))), /offers 299999 bytes/],
    [
      'too few bytes, undeclared',
      () => server.serve('/bad', chunked(CONTENT.subarray(1))),
      /sent only 299999 of 300000/,
    ],
    ['too many bytes, undeclared', () => server.serve('/bad', chunked(noise(900_000, 1))), /sent more than 300000/],
    ['a page of text', () => server.serve('/bad', status(200)), /offers|sent only/],
    ['silence from the start', () => server.serve('/bad', () => undefined), /no byte for 0.3 s/],
    ['silence in the middle', () => server.serve('/bad', stalls(CONTENT, 1000)), /no byte for 0.3 s/],
    ['partial content nobody asked for', () => server.serve('/bad', status(206)), /HTTP 206/],
  ];
  test.each(cases)('%s', async (_name, bad, reason) => {
    const failures: string[] = [];
    const url = bad();
    const model = modelOf(CONTENT, { url }, { url: server.serve('/good', whole(CONTENT)) });
    let mostReceived = 0;
    const [path] = await fetchModel(model, {
      stallTimeoutMs: 300,
      onProgress: ({ received }) => {
        mostReceived = Math.max(mostReceived, received);
      },
      onLocationFailed: (failed) => failures.push(`${failed.location} ${failed.reason}`),
    });
    expect(failures).toEqual([expect.stringMatching(reason)]);
    expect(failures[0]).toContain(url);
    expect(mostReceived).toBeLessThanOrEqual(CONTENT.length);
    expectContent(path, CONTENT);
    expectOnly('det_10g.onnx');
  });

  test('a file of unknown size is refused when it is far too large', async () => {
    const url = server.serve('/a', status(200, { 'content-length': '300000000' }));
    const error = await failure(fetchModel({ ...modelOf(CONTENT, { url }), bytes: undefined }));
    expect(error.failures[0].reason).toMatch(/offers 300000000 bytes instead of at most/);
  });

  test('and when none is left, the error lists them all', async () => {
    const urls = [server.serve('/a', status(404)), server.serve('/b', whole(OTHER))];
    const error = await failure(fetchModel(modelOf(CONTENT, ...urls.map((url) => ({ url })))));
    expect(error.failures).toEqual([
      { location: urls[0], reason: 'HTTP 404' },
      { location: urls[1], reason: expect.stringContaining(`wrong digest ${sha256(OTHER)}`) },
    ]);
    for (const url of urls) expect(error.message).toContain(url);
    expectOnly();
  });
});

describe('downloadModels after a break', () => {
  test('the same location is asked for the rest', async () => {
    const url = server.serve('/a', breaksOff(CONTENT, 100_000));
    const [path] = await fetchModel(modelOf(CONTENT, { url }));
    expectContent(path, CONTENT);
    expect(server.requestsFor('/a')).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
  });

  test('a location that only ever breaks is given up', async () => {
    const url = server.serve('/a', breaksOff(CONTENT, 1000));
    const error = await failure(fetchModel(modelOf(CONTENT, { url })));
    expect(error.failures).toHaveLength(1);
    expect(server.requestsFor('/a')).toHaveLength(6);
    expectOnly('det_10g.onnx.part');
  });

  test('another location goes on where the first stalled', async () => {
    const model = modelOf(
      CONTENT,
      { url: server.serve('/a', stalls(CONTENT, 120_000)) },
      { url: server.serve('/b', whole(CONTENT)) },
    );
    const [path] = await fetchModel(model, { stallTimeoutMs: 300 });
    expectContent(path, CONTENT);
    expect(server.requestsFor('/b')).toEqual(['bytes=120000-']);
  });

  test('a later call goes on', async () => {
    writeFileSync(join(directory, 'det_10g.onnx.part'), CONTENT.subarray(0, 250_000));
    await fetchModel(modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }));
    expect(server.requestsFor('/a')).toEqual(['bytes=250000-']);
    expectOnly('det_10g.onnx');
  });

  test('a part that has every byte needs no request', async () => {
    writeFileSync(join(directory, 'det_10g.onnx.part'), CONTENT);
    await fetchModel(modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }));
    expect(server.requests).toEqual([]);
    expectOnly('det_10g.onnx');
  });

  test.each([
    ['bytes of another file', OTHER.subarray(0, 1000), ['bytes=1000-', undefined]],
    ['all bytes of another file', OTHER, [undefined]],
    ['more bytes than the file has', noise(400_000, 1), [undefined]],
  ])('a part with %s is begun anew', async (_name, part, requests) => {
    writeFileSync(join(directory, 'det_10g.onnx.part'), part);
    const [path] = await fetchModel(modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }));
    expectContent(path, CONTENT);
    expect(server.requestsFor('/a')).toEqual(requests);
    expectOnly('det_10g.onnx');
  });

  test.each([
    ['ignores ranges', () => ignoresRange(CONTENT), 1],
    ['answers 416', () => onlyWhole(status(416)), 2],
    ['answers with another range', () => onlyWhole(status(206, { 'content-range': 'bytes 0-9/300000' })), 2],
  ])('a server that %s sends the whole file', async (_name, handler, requests) => {
    writeFileSync(join(directory, 'det_10g.onnx.part'), CONTENT.subarray(0, 1000));
    const [path] = await fetchModel(modelOf(CONTENT, { url: server.serve('/a', handler()) }));
    expectContent(path, CONTENT);
    expect(server.requestsFor('/a')).toHaveLength(requests);
  });

  function onlyWhole(answerToRange: ReturnType<typeof status>): ReturnType<typeof status> {
    return (request, response) =>
      (request.headers.range === undefined ? whole(CONTENT) : answerToRange)(request, response);
  }
});

describe('downloadModels: an archive', () => {
  const LANDMARKER = noise(50_000, 3);
  const archiveBytes = zipOf({ 'readme.txt': Buffer.from('x'), 'a/det.onnx': CONTENT, '2d106det.onnx': LANDMARKER });

  function models(url: string, changes: Partial<KnownModel> = {}): KnownModel[] {
    const archive = {
      fileName: 'pack.zip',
      bytes: archiveBytes.length,
      digest: { sha256: sha256(archiveBytes) },
      locations: [{ url }],
    };
    return [
      { ...modelOf(CONTENT, { archive, member: 'a/det.onnx' }), ...changes },
      { ...modelOf(LANDMARKER, { archive, member: '2d106det.onnx' }), fileName: '2d106det.onnx' },
    ];
  }

  test('is fetched once, resumed, and removed when both networks are out of it', async () => {
    const url = server.serve('/zip', breaksOff(archiveBytes, 200_000));
    const paths = await downloadModels({ acceptLicence: true, directory, models: models(url) });
    expectContent(paths[0], CONTENT);
    expectContent(paths[1], LANDMARKER);
    expect(server.requestsFor('/zip')).toEqual([undefined, 'bytes=200000-']);
    expectOnly('2d106det.onnx', 'det_10g.onnx');
  });

  test('that the user put there serves offline and stays', async () => {
    writeFileSync(join(directory, 'pack.zip'), archiveBytes);
    await downloadModels({ acceptLicence: true, directory, models: models(DEAF_ORIGIN), offline: true });
    expectOnly('2d106det.onnx', 'det_10g.onnx', 'pack.zip');
  });

  test.each([
    ['lacks the member', { locations: [], member: 'b/det.onnx' }, /no member b\/det.onnx of 300000 bytes/],
    ['has a member of another size', { bytes: 299_999 }, /no member a\/det.onnx of 299999 bytes/],
    ['has other bytes', { digest: { sha256: '0'.repeat(64) } }, /has the wrong bytes: wrong digest/],
  ])(
    'that %s is a failed location',
    async (_name, { member, ...changes }: Partial<KnownModel> & { member?: string }, reason) => {
      const [model] = models(server.serve('/zip', whole(archiveBytes)));
      const [location] = model.locations;
      if (!('archive' in location)) throw new TypeError('expected an archive');
      const wrong = { ...model, ...changes, locations: [{ ...location, member: member ?? location.member }] };
      const error = await failure(fetchModel(wrong));
      expect(error.failures).toEqual([{ location: 'pack.zip', reason: expect.stringMatching(reason) }]);
    },
  );

  test('that is none, though its digest fits, is a failed location', async () => {
    const archive = { ...modelOf(OTHER, { url: server.serve('/zip', whole(OTHER)) }), fileName: 'pack.zip' };
    const error = await failure(fetchModel(modelOf(CONTENT, { archive, member: 'x' })));
    expect(error.failures).toEqual([{ location: 'pack.zip', reason: expect.stringMatching(/central directory/i) }]);
  });

  test('that cannot be fetched names its own locations', async () => {
    const url = server.serve('/zip', status(404));
    const error = await failure(fetchModel(models(url)[0]));
    expect(error.failures).toEqual([{ location: url, reason: 'HTTP 404' }]);
  });
});

describe('downloadModels: the folder', () => {
  test('offline, nothing is asked and the error says so', async () => {
    const url = server.serve('/a', whole(CONTENT));
    const error = await failure(fetchModel(modelOf(CONTENT, { url }), { offline: true }));
    expect(error.failures).toEqual([{ location: url, reason: 'not tried, offline' }]);
    expect(server.requests).toEqual([]);
  });

  test('has a directory where the file should be: refused before any byte is fetched', async () => {
    mkdirSync(join(directory, 'det_10g.onnx'));
    const url = server.serve('/a', whole(CONTENT));
    await expect(fetchModel(modelOf(CONTENT, { url }))).rejects.toThrow(FileAccessError);
    expect(server.requests).toEqual([]);
    expectOnly('det_10g.onnx');
  });

  test('is a file', async () => {
    writeFileSync(join(directory, 'file'), '');
    const url = server.serve('/a', whole(CONTENT));
    const error = fetchModel(modelOf(CONTENT, { url }), { directory: join(directory, 'file') });
    await expect(error).rejects.toThrow(FileAccessError);
  });

  const root = process.getuid?.() === 0;
  test.skipIf(process.platform === 'win32')('must not be written: no permission', async () => {
    const locked = join(directory, 'locked');
    mkdirSync(locked, { mode: 0o555 });
    const url = server.serve('/a', whole(CONTENT));
    // The superuser may write anywhere, so it steps down for the attempt ("nobody" by convention).
    if (root) process.seteuid?.(65534);
    try {
      const attempt = fetchModel(modelOf(CONTENT, { url }), { directory: locked });
      await expect(attempt).rejects.toThrow(/EACCES.*Choose another folder/);
      await expect(fetchModel(modelOf(CONTENT, { url }), { directory: join(locked, 'x') })).rejects.toThrow(
        FileAccessError,
      );
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  test.skipIf(!CAN_MOUNT)(`is full${WITHOUT_MOUNT}`, async () => {
    const full = join(directory, 'full');
    await withDisk(full, '128k', async () => {
      const url = server.serve('/a', whole(CONTENT));
      const second = server.serve('/b', whole(CONTENT));
      const attempt = fetchModel(modelOf(CONTENT, { url }, { url: second }), { directory: full });
      await expect(attempt).rejects.toThrow(/full disk \(ENOSPC\).*Free some space/);
      // No other location helps against a full disk.
      expect(server.requestsFor('/b')).toEqual([]);
      expect(readdirSync(full)).toEqual(['det_10g.onnx.part']);

      resizeDisk(full, '4m');
      const [path] = await fetchModel(modelOf(CONTENT, { url }), { directory: full });
      expectContent(path, CONTENT);
      expect(server.requestsFor('/a').at(-1)).toMatch(/^bytes=\d+-$/);
      expect(readdirSync(full)).toEqual(['det_10g.onnx']);
    });
  });
});

describe('downloadModels: an abort', () => {
  test('ends with its reason and leaves a part that a later call finishes', async () => {
    const abort = new AbortController();
    const url = server.serve('/a', stalls(CONTENT, 100_000));
    const attempt = fetchModel(modelOf(CONTENT, { url }), {
      signal: abort.signal,
      onProgress: ({ received }) => received >= 100_000 && abort.abort(new RangeError('enough')),
    });
    await expect(attempt).rejects.toThrow('enough');
    expectOnly('det_10g.onnx.part');
    server.serve('/a', whole(CONTENT));
    await fetchModel(modelOf(CONTENT, { url }));
    expect(server.requestsFor('/a')).toEqual([undefined, 'bytes=100000-']);
  });

  test('before the start asks nobody', async () => {
    const url = server.serve('/a', whole(CONTENT));
    await expect(fetchModel(modelOf(CONTENT, { url }), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(server.requests).toEqual([]);
    expectOnly();
  });
});

describe('downloadModels: a proxy', () => {
  test('from the environment is used, except for NO_PROXY', async () => {
    const proxy = await startProxy(new URL(server.origin));
    try {
      server.serve('/a', whole(CONTENT));
      process.env.HTTP_PROXY = proxy.url;
      const model = modelOf(CONTENT, { url: 'http://models.example/a' });
      const [path] = await fetchModel(model);
      expectContent(path, CONTENT);
      expect(proxy.hosts).toEqual(['models.example:80']);

      process.env.NO_PROXY = '127.0.0.1';
      rmSync(path);
      await fetchModel(modelOf(CONTENT, { url: `${server.origin}/a` }));
      expect(proxy.hosts).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });

  test('that is silent counts as a stalled location', async () => {
    process.env.HTTPS_PROXY = server.origin;
    const asked: (string | undefined)[] = [];
    server.http.on('connect', (request, socket) => {
      asked.push(request.url);
      socket.on('end', () => socket.destroy()).resume();
    });
    const attempt = fetchModel(modelOf(CONTENT, { url: 'https://models.example/a' }), { stallTimeoutMs: 300 });
    expect((await failure(attempt)).failures[0].reason).toBe('no byte for 0.3 s');
    expect(asked).toEqual(['models.example:443']);
  });

  test('whose address is nonsense is named', async () => {
    process.env.HTTPS_PROXY = 'user:secret@not an address';
    const attempt = fetchModel(modelOf(CONTENT, { url: 'https://models.example/a' }));
    const error = await attempt.catch((reason) => reason);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toContain('HTTPS_PROXY');
    expect(error.message).not.toContain('secret');
  });
});

test('an error of a progress callback comes through as it is', async () => {
  const url = server.serve('/a', whole(CONTENT));
  const onProgress = () => {
    throw new TypeError('mine');
  };
  await expect(fetchModel(modelOf(CONTENT, { url }), { onProgress })).rejects.toThrow(new TypeError('mine'));
  expect(server.requestsFor('/a')).toHaveLength(1);
});

describe('downloadModels: options', () => {
  test.each([
    [{ acceptLicence: false }, /acceptLicence.*non-commercial/],
    [{ mirror: 'files.example' }, /mirror/],
    [{ mirror: 'ftp://files.example' }, /mirror/],
    [{ mirror: 'https://user:secret@files.example' }, /^(?!.*secret).*mirror/],
    [{ stallTimeoutMs: 0 }, /stallTimeoutMs/],
    [{ stallTimeoutMs: Number.NaN }, /stallTimeoutMs/],
    [{ stallTimeoutMs: Number.POSITIVE_INFINITY }, /stallTimeoutMs/],
  ])('%o is refused', async (options, message) => {
    const attempt = fetchModel(modelOf(CONTENT), options);
    await expect(attempt).rejects.toThrow(InvalidOptionError);
    await expect(attempt).rejects.toThrow(message);
  });
});

test('a licence that allows everything needs no agreement', async () => {
  const model = { ...modelOf(CONTENT, { url: server.serve('/a', whole(CONTENT)) }), licence: MIT };
  const [path] = await downloadModels({ directory, models: [model] });
  expectContent(path, CONTENT);
});

describe('downloadModels: a mirror', () => {
  test('is asked instead of the public locations, under the names of the files', async () => {
    server.serve('/a', whole(CONTENT));
    server.serve('/files/det_10g.onnx?key=1', whole(CONTENT));
    await fetchModel(modelOf(CONTENT, { url: `${server.origin}/a` }), { mirror: `${server.origin}/files?key=1` });
    expect(server.requests.map(({ path }) => path)).toEqual(['/files/det_10g.onnx?key=1']);
    expectOnly('det_10g.onnx');
  });

  test('that fails is no reason to ask others', async () => {
    server.serve('/a', whole(CONTENT));
    const model = modelOf(CONTENT, { url: `${server.origin}/a` });
    const error = await failure(fetchModel(model, { mirror: `${server.origin}/files` }));
    expect(error.failures).toEqual([{ location: `${server.origin}/files/det_10g.onnx`, reason: 'HTTP 404' }]);
    expect(server.requestsFor('/a')).toEqual([]);
  });

  test('may hold the archive instead of the file', async () => {
    const bytes = zipOf({ 'a/det.onnx': CONTENT });
    const archive = { fileName: 'pack.zip', bytes: bytes.length, digest: { sha256: sha256(bytes) }, locations: [] };
    server.serve('/files/pack.zip', whole(bytes));
    const model = modelOf(CONTENT, { url: `${DEAF_ORIGIN}/a` }, { archive, member: 'a/det.onnx' });
    const [path] = await fetchModel(model, { mirror: `${server.origin}/files` });
    expectContent(path, CONTENT);
  });
});

describe('downloadModels: several processes', () => {
  /** A process of its own that downloads the model. */
  function startProcess(model: KnownModel): ChildProcess {
    const module = fileURLToPath(new URL('../../src/node/models/model-download.ts', import.meta.url));
    const code = `
      import { downloadModels } from ${JSON.stringify(module)};
      const [path] = await downloadModels(${JSON.stringify({ acceptLicence: true, directory, models: [model] })});
      console.log(path);`;
    return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  test('one killed in the middle leaves nothing that looks whole, and the next goes on', async () => {
    const url = server.serve('/a', stalls(CONTENT, 150_000));
    const model = modelOf(CONTENT, { url });
    const victim = startProcess(model);
    await until(() => readdirSync(directory).some((name) => readFileSync(join(directory, name)).length === 150_000));
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    expect(await verifyFile(join(directory, 'det_10g.onnx'), model)).toMatchObject({ status: 'missing' });
    server.serve('/a', whole(CONTENT));
    const [path] = await fetchModel(model);
    expect(await verifyFile(path, model)).toMatchObject({ status: 'ok' });
    expect(server.requestsFor('/a')).toEqual([undefined, 'bytes=150000-']);
    expectOnly('det_10g.onnx');
  });

  test('several at once do not disturb each other', async () => {
    // Nobody gets an answer before all ten have asked, so that all of them write at the same time.
    const waiting: (() => void)[] = [];
    const url = server.serve('/a', (request, response) => {
      const answer = () => breaksOff(CONTENT, 130_000)(request, response);
      if (waiting.length === 10) answer();
      else if (waiting.push(answer) === 10) for (const release of waiting) release();
    });
    const model = modelOf(CONTENT, { url });
    const exits = [startProcess(model), startProcess(model)].map((started) => once(started, 'exit'));
    const calls = Array.from({ length: 8 }, () => fetchModel(model, { stallTimeoutMs: 60_000 }));
    for (const [path] of await Promise.all(calls)) expectContent(path, CONTENT);
    for (const [code] of await Promise.all(exits)) expect(code).toBe(0);
    expectOnly('det_10g.onnx');
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
