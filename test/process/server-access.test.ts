// Who may use the HTTP service: host names, pages of other origins, tokens.
import { describe, expect, it } from 'vitest';
import { InvalidOptionError } from '../../src/errors.js';
import { type AppOptions, createApp } from '../../src/server/create-app.js';
import type { ErrorBody } from '../../src/server/http-error.js';
import { emptyService } from '../support/stub-service.js';

const app = (options: Partial<AppOptions> = {}) => createApp({ service: emptyService, ...options });

const ask = async (
  url: string,
  headers: Record<string, string> = {},
  options: Partial<AppOptions> = {},
  method = 'GET',
): Promise<[number, string | undefined, Headers]> => {
  const response = await app(options).request(url, { method, headers });
  const isError = response.status >= 400 && response.headers.get('content-type') === 'application/json';
  const code = isError ? ((await response.json()) as ErrorBody).error.code : undefined;
  return [response.status, code, response.headers];
};

describe('the host', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'faces.localhost',
    '127.0.0.1:8080',
    '192.168.1.7',
    '[::1]:8080',
    '[fe80::1]',
  ])('%s is accepted', async (host) => {
    expect((await ask(`http://${host}/v1/health`))[0]).toBe(200);
  });

  it.each(['rebind.attacker', 'localhost.attacker', 'xlocalhost', '127.0.0.1.nip.io', 'localhost.'])(
    '%s is refused, whatever is asked for',
    async (host) => {
      for (const path of ['/', '/v1/health', '/metrics', '/nothing']) {
        expect((await ask(`http://${host}${path}`)).slice(0, 2)).toEqual([403, 'ERR_HOST']);
      }
      expect((await ask(`http://${host}/v1/detect`, {}, {}, 'POST'))[0]).toBe(403);
    },
  );

  it('is allowed by its name, or any with *', async () => {
    const allowed = { allowedHosts: ['faces.example'] };
    expect((await ask('http://FACES.example:99/v1/health', {}, allowed))[0]).toBe(200);
    expect((await ask('http://other.example/v1/health', {}, allowed))[0]).toBe(403);
    expect((await ask('http://other.example/v1/health', {}, { allowedHosts: ['*'] }))[0]).toBe(200);
  });
});

describe('pages of other origins', () => {
  const url = 'http://127.0.0.1:8080/v1/detect';
  const foreign: Record<string, string>[] = [
    { origin: 'https://attacker.example' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'null' },
    { origin: 'no url' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ];

  it.each(foreign)('may not send images: %o', async (headers) => {
    expect((await ask(url, headers, {}, 'POST')).slice(0, 2)).toEqual([403, 'ERR_ORIGIN']);
  });

  it('may not read, nor look whether the service is there', async () => {
    expect((await ask('http://127.0.0.1:8080/metrics', { 'sec-fetch-site': 'cross-site' }))[0]).toBe(403);
    expect((await ask('http://127.0.0.1:8080/sample.jpg', { 'sec-fetch-site': 'same-site' }))[0]).toBe(403);
  });

  it('may link to the page', async () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('http://127.0.0.1:8080/', link))[0]).toBe(200);
  });

  it.each<Record<string, string>>([
    {},
    { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://127.0.0.1:8080' },
    { 'sec-fetch-site': 'none' },
  ])('the own page and programs may: %o', async (headers) => {
    expect((await ask(url, headers, {}, 'POST'))[0]).not.toBe(403);
  });

  it('get no CORS headers, and no answer to what their browsers ask before', async () => {
    const [status, , headers] = await ask(url, { origin: 'https://a.example' }, {}, 'OPTIONS');
    expect(status).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('may do all of it where they are allowed, errors included', async () => {
    const allowed = { allowedOrigins: ['https://a.example'] };
    const headers = { origin: 'https://a.example', 'sec-fetch-site': 'cross-site' };
    const preflight = await ask(url, { ...headers, 'access-control-request-method': 'POST' }, allowed, 'OPTIONS');
    expect(preflight[0]).toBe(204);
    expect(preflight[2].get('access-control-allow-origin')).toBe('https://a.example');
    expect(preflight[2].get('access-control-allow-headers')).toMatch(/authorization/i);
    const refused = await ask(url, headers, allowed, 'POST');
    expect(refused[0]).toBe(422);
    expect(refused[2].get('access-control-allow-origin')).toBe('https://a.example');
    expect(refused[2].get('vary')).toMatch(/origin/i);
    expect((await ask(url, { origin: 'https://b.example' }, allowed, 'POST'))[0]).toBe(403);
    const any = await ask(url, { origin: 'null' }, { allowedOrigins: ['*'] }, 'POST');
    expect([any[0], any[2].get('access-control-allow-origin')]).toEqual([422, '*']);
  });
});

describe('a token', () => {
  const token = 'a-long.secret_token~1+/==';
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

  it('opens images and metrics', async () => {
    expect((await ask('http://localhost/metrics', bearer(token), { token }))[0]).toBe(200);
    expect((await ask('http://localhost/metrics', { authorization: `bearer  ${token} ` }, { token }))[0]).toBe(200);
    expect((await ask('http://localhost/v1/detect', bearer(token), { token }, 'POST'))[0]).toBe(422);
  });

  it.each<Record<string, string>>([
    {},
    bearer(''),
    bearer(token.slice(0, -1)),
    bearer(`${token}x`),
    bearer('x'.repeat(8000)),
    { authorization: `Basic ${token}` },
    { authorization: token },
  ])('is wanted: %o', async (headers) => {
    for (const [path, method] of [
      ['/v1/detect', 'POST'],
      ['/v1/overlay', 'POST'],
      ['/metrics', 'GET'],
    ]) {
      const [status, code, answer] = await ask(`http://localhost${path}`, headers, { token }, method);
      expect([status, code, answer.get('www-authenticate')]).toEqual([401, 'ERR_TOKEN', 'Bearer']);
    }
  });

  it('is not needed for health, readiness and the page', async () => {
    for (const path of ['/', '/page.js', '/v1/health', '/v1/ready', '/openapi.json']) {
      expect((await ask(`http://localhost${path}`, {}, { token }))[0]).toBe(200);
    }
  });

  it('is described', async () => {
    const describe = async (options: Partial<AppOptions>) =>
      JSON.stringify(await (await app(options).request('/openapi.json')).json());
    expect(await describe({ token })).toContain('"scheme":"bearer"');
    expect(await describe({})).not.toContain('bearer');
  });
});

describe('wrong settings', () => {
  it.each<Partial<AppOptions>>([
    { allowedHosts: ['Faces.example'] },
    { allowedHosts: ['faces.example:80'] },
    { allowedHosts: [''] },
    { allowedOrigins: ['faces.example'] },
    { allowedOrigins: ['https://faces.example/'] },
    { allowedOrigins: ['null'] },
    { token: '' },
    { token: 'two words' },
    { token: 7 as never },
    { maxFaces: 0 },
    { minScore: 2 },
    { maxMemory: -1 },
    { timeoutMs: Number.NaN },
  ])('%o', (options) => {
    expect(() => app(options)).toThrow(InvalidOptionError);
  });

  it('never tell the token', () => {
    expect(() => app({ token: 'my secret' })).toThrow(/^(?!.*secret)/);
  });
});
