// Where images come from and results go: folders, a real S3 server on this machine, and HTTP.

import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileAccessError, InvalidOptionError, StorageError } from '../../src/errors.js';
import { checkName } from '../../src/fleet/places/check-name.js';
import { FolderPlace } from '../../src/fleet/places/folder-place.js';
import { HttpClient } from '../../src/fleet/places/http-client.js';
import { HttpSource } from '../../src/fleet/places/http-source.js';
import { Roots } from '../../src/fleet/places/open-place.js';
import type { Place } from '../../src/fleet/places/place.js';
import { S3Place, type S3Settings, s3Settings } from '../../src/fleet/places/s3-place.js';
import { keysOf, keysOfList } from '../../src/fleet/run/image-keys.js';
import { type S3Server, startS3Server } from '../support/s3-server.js';

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-places-'));
const ANY = { checkLength: () => undefined };
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

let s3: S3Server;
let settings: S3Settings;

beforeAll(async () => {
  s3 = await startS3Server(join(folder, 's3'), 'archive');
  settings = s3.settings;
});
afterAll(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** AWS Signature Version 4, from Amazon's own description of it; the path of S3 is encoded once. */
function signatureOf({ method = '', url = '', headers }: IncomingMessage, secret: string): string {
  const [path, query = ''] = url.split('?');
  const { authorization = '' } = headers;
  const [, scope] = /Credential=[^/]+\/([^,]+)/.exec(authorization) ?? [];
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const sorted = query === '' ? '' : query.split('&').sort().join('&');
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const payload = headers['x-amz-content-sha256'];
  const canonical = [method, path, sorted, lines.join(''), names, payload].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, digest].join('\n');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [...scope.split('/'), text]) key = createHmac('sha256', key).update(part).digest();
  return (key as Buffer).toString('hex');
}

const PLACES: Record<string, () => Promise<Place>> = {
  folder: async () => {
    const path = mkdtempSync(join(folder, 'place-'));
    return new FolderPlace(path);
  },
  bucket: () => S3Place.open(`s3://archive/run ${Math.random()}`, settings),
};

describe.each(Object.entries(PLACES))('a %s', (kind, open) => {
  it('gives back what was written, and lists it in order', async () => {
    const place = await open();
    const names = ['b/ä ö+&=.jpg', 'a.jpg', 'b/c/1.jpg', "b/c (1)'!*.jpg", 'b.jpg', 'b/100%.jpg'];
    for (const name of names) await place.write(name, `the bytes of ${name}`);
    // The server from npm has an order of its own, that of its files.
    const listed = await all(place.list(''));
    expect(kind === 'folder' ? listed : listed.sort()).toEqual([...names].sort());
    expect(await all(place.list('b/c'))).toEqual(['b/c/1.jpg']);
    expect(await all(place.list('nowhere'))).toEqual([]);
    for (const name of names) {
      expect(text(await place.read(name, ANY))).toBe(`the bytes of ${name}`);
      expect(await place.size(name)).toBe(Buffer.byteLength(`the bytes of ${name}`));
    }
  });

  it('replaces, removes, and knows what is not there', async () => {
    const place = await open();
    await place.write('a', 'one');
    await place.write('a', new TextEncoder().encode('other'));
    expect(text(await place.read('a', ANY))).toBe('other');
    await place.remove('a');
    await place.remove('a');
    expect(await place.read('a', ANY)).toBeUndefined();
    expect(await place.size('a')).toBeUndefined();
  });

  it('refuses names that lead elsewhere', async () => {
    const place = await open();
    for (const name of ['../a', 'a/../../b', '/etc/passwd', 'a//b', './a', 'a\\b', 'a\0b', '']) {
      await expect((async () => place.read(name, ANY))()).rejects.toThrow(FileAccessError);
      await expect((async () => place.write(name, 'x'))()).rejects.toThrow(FileAccessError);
    }
  });

  it('stops reading where the checks say so', async () => {
    const place = await open();
    await place.write('large', new Uint8Array(100_000));
    const refuse = (bytes: number) => {
      if (bytes > 1000) throw new InvalidOptionError({ name: 'it', expected: 'less', received: `${bytes}` });
    };
    await expect(place.read('large', { checkLength: refuse })).rejects.toThrow(InvalidOptionError);
  });
});

describe('a bucket', () => {
  it('lists more than one page', async () => {
    const place = await S3Place.open('s3://archive/pages', settings);
    const names = Array.from({ length: 1100 }, (_, i) => `${String(i).padStart(4, '0')}.jpg`);
    for (let i = 0; i < names.length; i += 100) {
      await Promise.all(names.slice(i, i + 100).map((name) => place.write(name, 'x')));
    }
    expect(await all(place.list(''))).toEqual(names);
  });

  it('is refused with wrong credentials, and names none of them', async () => {
    const wrong = { ...settings, accessKeyId: 'nobody', secretAccessKey: 'wr0ng' };
    const place = await S3Place.open('s3://archive', wrong);
    const error = await place.read('a', ANY).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileAccessError);
    expect(error.message).toContain('HTTP 403');
    expect(error.message).not.toMatch(/wr0ng|nobody/);
  });

  // The server from npm looks at no signature of version 4: this one does, and nothing else.
  it('signs what it sends, as Amazon reckons it', async () => {
    const secret = 'a secret';
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const isSigned =
        signatureOf(request, secret) === /Signature=(\w+)/.exec(request.headers.authorization ?? '')?.[1];
      seen.push(`${request.method} ${isSigned} ${request.headers['x-amz-security-token']}`);
      response.writeHead(isSigned ? 200 : 403).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const credentials = { accessKeyId: 'someone', secretAccessKey: secret, sessionToken: 'token/+=' };
    const place = await S3Place.open('s3://archive/a prefix', { ...credentials, endpoint, region: 'eu-central-1' });
    for (const name of ['a.jpg', "ä ö/(1)'!*+&=%.jpg", 'a:b@c,d;e$f~g']) {
      await place.write(name, 'x');
      await place.read(name, ANY);
      await place.size(name);
      await place.remove(name);
    }
    await all(place.list('a folder/&='));
    server.close();
    expect(new Set(seen)).toEqual(new Set(['PUT', 'GET', 'HEAD', 'DELETE'].map((method) => `${method} true token/+=`)));
  });

  it('that is not there is an error, not an empty one', async () => {
    const place = await S3Place.open('s3://nowhere', settings);
    await expect(all(place.list(''))).rejects.toThrow(FileAccessError);
    await expect(place.write('a', 'x')).rejects.toThrow(FileAccessError);
  });

  it('takes its settings from the environment', () => {
    const env = {
      AWS_REGION: 'eu-1',
      AWS_ENDPOINT_URL: 'http://a',
      AWS_ENDPOINT_URL_S3: 'http://b',
      AWS_SESSION_TOKEN: 't',
    };
    expect(s3Settings(env)).toMatchObject({ region: 'eu-1', endpoint: 'http://b', sessionToken: 't' });
  });
});

describe('HTTP', () => {
  let server: Server;
  let address: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => server.close());

  it('waits out overload, and what it is told to wait', async () => {
    const times: number[] = [];
    answer = (_, response) => {
      times.push(performance.now());
      if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else if (times.length === 2) response.writeHead(503).end();
      else response.end('here');
    };
    expect(text(await new HttpSource().read(`${address}/a.jpg`, ANY))).toBe('here');
    expect(times).toHaveLength(3);
    expect(times[1] - times[0]).toBeGreaterThanOrEqual(990);
  });

  it('reads again what broke off', async () => {
    let requests = 0;
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '4' });
      response.write('he');
      if (++requests === 1) setTimeout(() => response.destroy(), 20);
      else response.end('re');
    };
    expect(text(await new HttpSource().read(`${address}/a.jpg`, ANY))).toBe('here');
    expect(requests).toBe(2);
  });

  it('gives up in the end, and says that it may be tried again', async () => {
    let requests = 0;
    answer = (_, response) => {
      requests++;
      response.writeHead(500).end();
    };
    const source = new HttpSource(undefined, new HttpClient({ attempts: 3 }));
    const error = await source.read(`${address}/a.jpg`, ANY).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ retryable: true, received: 'HTTP 500 3 times' });
    expect(requests).toBe(3);
  });

  it('asks once where nothing is there or nobody may read', async () => {
    const asked: string[] = [];
    answer = ({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(Number(url.slice(1))).end();
    };
    const source = new HttpSource();
    expect(await source.read(`${address}/404`, ANY)).toBeUndefined();
    await expect(source.read(`${address}/403`, ANY)).rejects.toThrow('HTTP 403');
    expect(asked).toEqual(['/404', '/403']);
  });

  it('follows no redirect, and reads from no other host than its roots', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/secret' }).end();
    const roots = [new URL(`${address}/images/`)];
    await expect(new HttpSource(roots).read(`${address}/images/a.jpg`, ANY)).rejects.toThrow('HTTP 302');
    for (const other of [
      `${address}/secret`,
      `${address}/images/../secret`,
      'http://169.254.169.254/',
      'file:///etc/passwd',
    ]) {
      const error = await new HttpSource(roots).read(other, ANY).catch((thrown) => thrown);
      expect(error.message).toContain('a host that this worker may read from');
    }
  });

  it('gives a wait up when it is told to', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '60' }).end();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(new HttpSource().read(`${address}/a`, { ...ANY, signal: stop.signal })).rejects.toThrow('abort');
  });
});

describe('the roots of a worker', () => {
  it('hold what lies below them, and nothing else', async () => {
    const [inside, outside] = [join(folder, 'inside'), join(folder, 'inside-not')];
    mkdirSync(join(inside, 'deep'), { recursive: true });
    mkdirSync(outside);
    symlinkSync(outside, join(inside, 'link'));
    const roots = await Roots.open([inside, 's3://bucket/prefix']);
    expect((await roots.place(join(inside, 'deep'))).address).toBe(join(inside, 'deep'));
    const elsewhere = [
      outside,
      join(inside, 'link'),
      join(inside, '..'),
      '/',
      'deep',
      's3://bucket',
      's3://bucket/prefix-2',
      'http:',
    ];
    for (const address of elsewhere) await expect(roots.place(address)).rejects.toThrow(InvalidOptionError);
    expect((await roots.place('s3://bucket/prefix/run')).address).toBe('s3://bucket/prefix/run');
  });

  it('refuse names that are none', () => {
    expect(checkName('a/b.jpg')).toBe('a/b.jpg');
    expect(() => checkName('a'.repeat(1025))).toThrow(FileAccessError);
  });
});

describe('the images of a run', () => {
  it('are those of a folder by their endings, as detect takes them', async () => {
    const path = mkdtempSync(join(folder, 'images-'));
    for (const name of ['b.JPG', 'a.png', 'notes.txt', '.hidden.jpg']) writeFileSync(join(path, name), 'x');
    expect(await all(keysOf(new FolderPlace(path)).keys)).toEqual(['a.png', 'b.JPG']);
  });

  const list = async (...lines: unknown[]) => {
    const path = join(mkdtempSync(join(folder, 'list-')), 'list.jsonl');
    writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    const { source, keys } = await keysOfList(path);
    return { source, keys: await all(keys) };
  };

  it('are those of a list: links, objects of one bucket, or paths below its folder', async () => {
    expect(await list('"https://a.example/1.jpg"', { image: 'http://b.example/2' }, '')).toEqual({
      ...{ source: 'http:', keys: ['https://a.example/1.jpg', 'http://b.example/2'] },
    });
    expect(await list('"s3://bucket/a/1.jpg"', '"s3://bucket/2.jpg"')).toEqual({
      ...{ source: 's3://bucket', keys: ['a/1.jpg', '2.jpg'] },
    });
    expect((await list('"a/1.jpg"', '"./2.jpg"')).keys).toEqual(['a/1.jpg', '2.jpg']);
  });

  it('are not mixed, and lie nowhere else: the line is named', async () => {
    await expect(list('"https://a.example/1"', '"b.jpg"')).rejects.toThrow('line 2 of');
    await expect(list('"s3://one/1"', '"s3://other/1"')).rejects.toThrow('line 2 of');
    await expect(list('"../1.jpg"')).rejects.toThrow('line 1 of');
    await expect(list('no JSON')).rejects.toThrow('line 1 of');
    await expect(list('"a.jpg"', '{}')).rejects.toThrow('line 2 of');
    await expect(keysOfList(join(folder, 'missing.jsonl'))).rejects.toThrow(FileAccessError);
  });
});
