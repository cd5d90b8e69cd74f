// The HTTP service on real connections of the loopback interface, with a stub behind it: what is no request, who is slow, who
// never closes, and the end.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { type AppOptions, createApp } from '../../src/server/create-app.js';
import { resolveLimits } from '../../src/server/limits.js';
import { listen, type RunningServer } from '../../src/server/listen.js';
import { ListenError } from '../../src/server/listen-error.js';
import { emptyService, stubService } from '../support/stub-service.js';

const image = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#456' } })
  .png()
  .toBuffer();

const running: { server: RunningServer; stopping: AbortController }[] = [];
const sockets: Socket[] = [];

async function start(options: Partial<AppOptions> = {}) {
  const stopping = new AbortController();
  const app = createApp({ service: emptyService, stopping: stopping.signal, ...options });
  const server = await listen(app, { host: '127.0.0.1', port: 0, limits: resolveLimits(options) });
  running.push({ server, stopping });
  const stop = () => {
    stopping.abort();
    return server.stop();
  };
  return { ...server, stop };
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { server, stopping } of running.splice(0)) {
    stopping.abort();
    await server.stop();
  }
});

/** Opens a connection and says something; everything that is answered is kept until the connection ends. */
function talk(address: string, text: string | Uint8Array = '') {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let answer = '';
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  return { socket, ended };
}

/** The head and the parsed body of an answer. */
function parse(answer: string): { status: number; head: string; body: { error?: { code: string } } } {
  const [head, body] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) };
}

const upload = (length: number, path = '/v1/detect') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`;

describe('what is no request is answered in JSON', () => {
  const get = (target: string, host = 'localhost') =>
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  it.each([
    ['a malformed host', get('/v1/health', 'a b'), 400, 'ERR_REQUEST'],
    ['a host with a user', get('/v1/health', 'user@localhost'), 400, 'ERR_REQUEST'],
    ['a host with a path', get('/v1/health', 'localhost/x'), 400, 'ERR_REQUEST'],
    ['another host', get('/v1/health', 'rebind.attacker'), 403, 'ERR_HOST'],
    ['no host', 'GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'ERR_HOST'],
    ['another host in the target', get('http://rebind.attacker/v1/health'), 403, 'ERR_HOST'],
    ['a path with a backslash', get('/\\v1'), 400, 'ERR_REQUEST'],
    ['another scheme', get('ftp://localhost/'), 400, 'ERR_REQUEST'],
    ['a bare word', get('health'), 400, 'ERR_REQUEST'],
    ['no path', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, 'ERR_REQUEST'],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405, 'ERR_METHOD'],
    [
      'an expectation',
      `GET / HTTP/1.1\r\nHost: localhost\r\nExpect: foo\r\nConnection: close\r\n\r\n`,
      417,
      'ERR_EXPECTATION',
    ],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, 'ERR_REQUEST'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'ERR_REQUEST'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'ERR_REQUEST'],
    ['two lengths', `${upload(3).trimEnd()}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400, 'ERR_REQUEST'],
    ['a negative length', upload(-5), 400, 'ERR_REQUEST'],
    ['long headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'ERR_HEADERS'],
    ['a long path', get(`/${'x'.repeat(20_000)}`), 431, 'ERR_HEADERS'],
    ['half an upload', null, 400, 'ERR_REQUEST'],
  ])('%s', async (_, text, status, code) => {
    const { address } = await start();
    const connection = talk(address, text ?? `${upload(1000)}half`);
    if (text === null) connection.socket.end();
    const { head, body, ...answer } = parse(await connection.ended);
    expect([answer.status, body.error?.code]).toEqual([status, code]);
    expect(head).toMatch(/content-type: application\/json/i);
  });

  it('except HTTP/1.0, which knows no host', async () => {
    const { address } = await start();
    expect(parse(await talk(address, 'GET /v1/health HTTP/1.0\r\n\r\n').ended).status).toBe(200);
  });

  it('never in the middle of another answer', async () => {
    const { address } = await start();
    const whole = await talk(address, 'GET /page.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n').ended;
    const answer = await talk(address, 'GET /page.css HTTP/1.1\r\nHost: localhost\r\n\r\n!!\r\n\r\n').ended;
    expect(whole.split('\r\n\r\n')[1]).toContain(answer.split('\r\n\r\n')[1] ?? '');
  });
});

describe('whoever is slow', () => {
  it('to send a head is cut off, also who sends nothing at all', async () => {
    const { address } = await start({ timeoutMs: 200 });
    for (const text of ['', 'GET / HTT', 'GET / HTTP/1.1\r\nHost: localhost\r\n']) {
      const { status, body } = parse(await talk(address, text).ended);
      expect([status, body.error?.code]).toEqual([408, 'ERR_TIMEOUT']);
    }
  });

  it('to send a body is cut off, however steadily it comes', async () => {
    const { address } = await start({ timeoutMs: 300 });
    const connection = talk(address, upload(1000));
    const drip = setInterval(() => connection.socket.write('x'), 20);
    const { status, body } = parse(await connection.ended);
    clearInterval(drip);
    expect([status, body.error?.code]).toEqual([408, 'ERR_TIMEOUT']);
  });

  it('to read an answer is cut off, and gives its place to the next', async () => {
    // More than the buffers of both sides take.
    const large = new Uint8Array(50e6);
    const results = [large];
    const service = stubService(async () => results.pop() ?? image);
    const { address } = await start({ service, timeoutMs: 1000, maxRequests: 1 });
    const reader = talk(address, upload(image.length));
    reader.socket.write(image);
    await once(reader.socket, 'data');
    reader.socket.pause();
    const next = () => fetch(`${address}/v1/detect`, { method: 'POST', body: image });
    expect((await next()).status).toBe(429);
    const statuses: number[] = [];
    // A connection that is paused does not hear of its end.
    while (statuses.at(-1) !== 200) {
      await sleep(50);
      const response = await next();
      statuses.push(response.status);
      await response.arrayBuffer();
    }
    expect(new Set(statuses)).toEqual(new Set([429, 200]));
    reader.socket.resume();
    expect((await reader.ended).length).toBeLessThan(large.length);
  });

  it('takes the place of nobody while its body arrives', async () => {
    const { address } = await start({ maxRequests: 1 });
    const slow = Array.from({ length: 20 }, () => talk(address, `${upload(1000)}half`));
    await Promise.all(slow.map(({ socket }) => once(socket, 'connect')));
    expect((await fetch(`${address}/v1/detect`, { method: 'POST', body: image })).status).toBe(200);
  });
});

describe('a connection', () => {
  it('that sends hundreds of requests and reads no answer is closed', async () => {
    const { address } = await start();
    const request = 'GET /page.js HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const connection = talk(address);
    connection.socket.pause();
    connection.socket.write(request.repeat(500));
    await sleep(50);
    connection.socket.resume();
    const answers = (await connection.ended).split('HTTP/1.1 200').length - 1;
    expect(answers).toBeLessThanOrEqual(17);
    expect((await fetch(`${address}/v1/health`)).status).toBe(200);
  });

  it('gets answers to a few requests sent at once, in their order', async () => {
    const { address } = await start();
    const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const text = await talk(address, ask('/v1/ready') + ask('/nothing') + ask('/v1/health', 'Connection: close\r\n'))
      .ended;
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '404', '200']);
  });

  it('beyond the most that may be is closed', async () => {
    const { address } = await start({ maxConnections: 3 });
    const held = [1, 2, 3].map(() => talk(address));
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
    expect(await talk(address, 'GET /v1/health HTTP/1.0\r\n\r\n').ended).toBe('');
    held[0].socket.destroy();
    await sleep(50);
    expect(parse(await talk(address, 'GET /v1/health HTTP/1.0\r\n\r\n').ended).status).toBe(200);
  });

  it('that breaks off in an upload leaves nothing behind', async () => {
    const { address } = await start({ maxRequests: 1, maxBytes: 1e6, maxMemory: 2e6 });
    for (let i = 0; i < 20; i++) {
      const connection = talk(address, upload(900_000));
      connection.socket.write(new Uint8Array(400_000));
      await sleep(5);
      if (i % 2 === 0) connection.socket.resetAndDestroy();
      else connection.socket.end();
      await connection.ended;
    }
    const body = new Uint8Array(900_000);
    body.set(image);
    expect((await fetch(`${address}/v1/detect`, { method: 'POST', body })).status).toBe(200);
  });

  it('of a form may go on after its file, and get the answer', async () => {
    const { address } = await start();
    const head = '--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), image, Buffer.from('\r\n--b\r\n'), Buffer.alloc(3e6)]);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect((await fetch(`${address}/v1/detect`, { method: 'POST', body, headers })).status).toBe(200);
    expect((await fetch(`${address}/v1/detect`, { method: 'POST', body: image })).status).toBe(200);
  });

  it('that sends its body in single bytes costs no more than one that does not', async () => {
    const { address } = await start();
    const connection = talk(
      address,
      'POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const byte of image)
      connection.socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.of(byte), Buffer.from('\r\n')]));
    connection.socket.write('0\r\n\r\n');
    expect(parse(await connection.ended).status).toBe(200);
  });
});

describe('the end', () => {
  it('refuses what still arrives, answers what is in work, and takes no new connection', async () => {
    let finish = () => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { address, stop } = await start({ service: stubService(() => work.then(() => image)) });
    const slow = talk(address, `${upload(1000)}half`);
    const inWork = fetch(`${address}/v1/overlay`, { method: 'POST', body: image });
    await sleep(100);
    const stopped = stop();
    const refused = parse(await slow.ended);
    expect([refused.status, refused.body.error?.code]).toEqual([503, 'ERR_NOT_READY']);
    expect(refused.head).toMatch(/retry-after: 1/i);
    await expect(fetch(`${address}/v1/health`)).rejects.toThrow();
    finish();
    expect((await inWork).status).toBe(200);
    await stopped;
  });

  it('does not wait for who never reads or never sends', async () => {
    const large = new Uint8Array(50e6);
    const { address, stop } = await start({ service: stubService(async () => large) });
    const reader = talk(address, upload(image.length));
    reader.socket.write(image);
    await once(reader.socket, 'data');
    reader.socket.pause();
    const idle = talk(address, 'GET /');
    await once(idle.socket, 'connect');
    await stop();
    await idle.ended;
    reader.socket.resume();
    expect((await reader.ended).length).toBeLessThan(large.length);
  });
});

describe('an address that cannot be listened on', () => {
  it('is called that', async () => {
    const { address } = await start();
    const limits = resolveLimits({});
    const port = Number(new URL(address).port);
    const app = createApp({ service: emptyService });
    await expect(listen(app, { host: '127.0.0.1', port, limits })).rejects.toThrow(ListenError);
    await expect(listen(app, { host: '127.0.0.1', port, limits })).rejects.toThrow(
      /EADDRINUSE. Choose another port\.$/,
    );
    await expect(listen(app, { host: '203.0.113.7', port: 0, limits })).rejects.toMatchObject({ code: 'ERR_LISTEN' });
  });
});
