// The HTTP service without a network: a stub finds the faces, so every answer can be provoked.
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { ClosedError, QueueFullError, WorkerLostError } from '../../src/errors.js';
import { decodeImage } from '../../src/node/images/image-file.js';
import { type AppOptions, createApp } from '../../src/server/create-app.js';
import type { ErrorBody } from '../../src/server/http-error.js';
import { OPERATIONS } from '../../src/server/openapi.js';
import { emptyService, stubService } from '../support/stub-service.js';

const png = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#456' } })
  .png()
  .toBuffer();

type Body = ConstructorParameters<typeof Response>[0];
const errorCode = async (response: Response) => ((await response.json()) as ErrorBody).error.code;

const full = new QueueFullError({ name: 'the queue', expected: 'room', received: 'a full one' });

const app = (options: Partial<AppOptions> = {}) =>
  createApp({ service: emptyService, onError: () => undefined, ...options });

const post = (path: string, body: Body | undefined, type?: string, options?: Partial<AppOptions>) =>
  app(options).request(path, { method: 'POST', body: body ?? null, headers: type ? { 'content-type': type } : {} });

const failing = (error: unknown): Partial<AppOptions> => ({
  service: stubService(() => Promise.reject(error)),
});

describe('POST /v1/detect', () => {
  it.each(['image/png', 'application/octet-stream', 'application/x-www-form-urlencoded', ''])(
    'takes the image as a body of type "%s"',
    async (type) => {
      const response = await post('/v1/detect', new Uint8Array(png), type);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ width: 60, height: 40, decoder: 'sharp', faces: [] });
    },
  );

  it('takes a file in a form', async () => {
    const form = new FormData();
    form.append('note', 'x');
    form.append('image', new File([new Uint8Array(png)], 'a.png'));
    expect((await post('/v1/detect', form)).status).toBe(200);
  });

  it('refuses more images at once than it may take, before their bodies are read', async () => {
    let finish = () => {};
    const wait = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const service = stubService(() => wait.then(() => png));
    const one = app({ service, maxRequests: 2 });
    const send = (body: Body) =>
      one.request('/v1/detect', { method: 'POST', body: body ?? null, headers: { 'content-type': 'image/png' } });
    const taken = [send(new Uint8Array(png)), send(new Uint8Array(png))];
    const refused = await send(new Uint8Array(png));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    finish();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(new Uint8Array(png))).status).toBe(200);
  });

  it('hands options to the service', async () => {
    const job = vi.fn(async () => png);
    await post('/v1/detect?minScore=0.7&maxFaces=3', new Uint8Array(png), 'image/png', {
      service: stubService(job),
      maxPixels: 4321,
    });
    expect(job).toHaveBeenCalledWith(
      expect.any(Uint8Array),
      expect.objectContaining({ minScore: 0.7, maxFaces: 3, maxPixels: 4321 }),
    );
  });
});

describe('POST /v1/overlay', () => {
  it('answers with a PNG of the same size', async () => {
    const response = await post('/v1/overlay?indices', new Uint8Array(png), 'image/png');
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(await decodeImage(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ width: 60, height: 40 });
  });
});

describe('what is refused', () => {
  const cut = png.subarray(0, 60);
  it.each<[string, number, string, Body, string, Partial<AppOptions>]>([
    ['a body that is too large', 413, 'ERR_BODY_SIZE', new Uint8Array(png), 'image/png', { maxBytes: 20 }],
    ['another media type', 415, 'ERR_MEDIA_TYPE', '{}', 'application/json', {}],
    ['a format that is not read', 415, 'ERR_IMAGE_FORMAT', 'this is text, not a picture', 'image/png', {}],
    ['no bytes', 422, 'ERR_IMAGE_DECODE', '', 'image/png', {}],
    ['a truncated image', 422, 'ERR_IMAGE_DECODE', new Uint8Array(cut), 'image/png', {}],
    ['too many pixels', 422, 'ERR_IMAGE_DECODE', new Uint8Array(png), 'image/png', { maxPixels: 100 }],
    ['a full queue', 429, 'ERR_QUEUE_FULL', new Uint8Array(png), 'image/png', failing(full)],
    [
      'an image before it is ready',
      503,
      'ERR_NOT_READY',
      new Uint8Array(png),
      'image/png',
      { stopping: AbortSignal.abort() },
    ],
    [
      'an image after the pool was closed',
      503,
      'ERR_CLOSED',
      new Uint8Array(png),
      'image/png',
      failing(new ClosedError({ name: 'the pool', expected: 'open', received: 'closed' })),
    ],
    [
      'an image whose worker was lost',
      503,
      'ERR_WORKER_LOST',
      new Uint8Array(png),
      'image/png',
      failing(new WorkerLostError({ name: 'a worker', expected: 'an answer', received: 'its end' })),
    ],
    ['an answer that is too large', 422, 'ERR_ANSWER_SIZE', new Uint8Array(png), 'image/png', { maxAnswerBytes: 20 }],
  ])('%s: %i', async (_, status, code, body, type, options) => {
    const response = await post('/v1/detect', body, type, options);
    expect(response.status).toBe(status);
    expect(await errorCode(response)).toBe(code);
    expect(response.headers.get('retry-after')).toBe([429, 503].includes(status) ? '1' : null);
  });

  it('a form without a file, or a damaged one: 400', async () => {
    const form = new FormData();
    form.append('image', 'text');
    expect((await post('/v1/detect', form)).status).toBe(400);
    expect((await post('/v1/detect', 'nonsense', 'multipart/form-data; boundary=x')).status).toBe(400);
  });

  it('a query that is no number: 400', async () => {
    expect((await post('/v1/detect?minScore=high', new Uint8Array(png), 'image/png')).status).toBe(400);
  });

  it('an image that takes too long: 503, and the service is told to stop', async () => {
    let signal: AbortSignal | undefined;
    const slow = stubService((_, options) => {
      signal = options.signal;
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal?.reason));
      });
    });
    const response = await post('/v1/detect', new Uint8Array(png), 'image/png', { service: slow, timeoutMs: 50 });
    expect(response.status).toBe(503);
    expect(await errorCode(response)).toBe('ERR_TIMEOUT');
    expect(signal?.aborted).toBe(true);
  });

  it('an internal error: 500, logged, and not told to the client', async () => {
    const onError = vi.fn();
    const response = await post('/v1/detect', new Uint8Array(png), 'image/png', {
      ...failing(new Error('secret path')),
      onError,
    });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('the rest', () => {
  const get = (path: string, options?: Partial<AppOptions>) => app(options).request(path);

  it('health lives, ready tells', async () => {
    expect((await get('/v1/health', { stopping: AbortSignal.abort() })).status).toBe(200);
    expect((await get('/v1/ready')).status).toBe(200);
    for (const options of [
      { stopping: AbortSignal.abort() },
      { service: stubService(async () => png, { workers: 0 }) },
    ]) {
      const response = await get('/v1/ready', options);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await response.json()).toEqual({ status: 'not ready' });
      expect((await post('/v1/detect', png, 'image/png', options)).status).toBe(503);
    }
  });

  it('metrics count by route and status, in the format of Prometheus', async () => {
    const one = app();
    await one.request('/v1/detect', {
      method: 'POST',
      body: new Uint8Array(png),
      headers: { 'content-type': 'image/png' },
    });
    await one.request('/some/guess');
    const text = await (await one.request('/metrics')).text();
    expect(text).toMatch(/facial_lmk_requests_total\{route="\/v1\/detect",status="200"\} 1/);
    expect(text).toMatch(/facial_lmk_requests_total\{route="other",status="404"\} 1/);
    expect(text).toMatch(/facial_lmk_queue_length 3/);
    expect(text).not.toContain('guess');
  });

  it('switches in the query are on, off, or refused', async () => {
    for (const [query, status] of [
      ['', 200],
      ['?indices', 200],
      ['?indices=false', 200],
      ['?indices=maybe', 400],
    ] as const) {
      expect((await post(`/v1/overlay${query}`, new Uint8Array(png), 'image/png')).status).toBe(status);
    }
    expect((await post('/v1/detect?subpixel=maybe', new Uint8Array(png), 'image/png')).status).toBe(400);
  });

  it('a client that has gone is no failure of the service', async () => {
    const onError = vi.fn();
    const controller = new AbortController();
    const service = stubService(async () => {
      controller.abort();
      throw new Error('aborted');
    });
    const request = new Request('http://localhost/v1/detect', {
      method: 'POST',
      body: new Uint8Array(png),
      headers: { 'content-type': 'image/png' },
      signal: controller.signal,
    });
    expect((await app({ service, onError }).request(request)).status).toBe(400);
    expect(onError).not.toHaveBeenCalled();
  });

  it('the description names every operation, and every operation is there', async () => {
    const description = (await (await get('/openapi.json')).json()) as { paths: Record<string, object> };
    expect(Object.keys(description.paths)).toEqual(Object.values(OPERATIONS).map(({ path }) => path));
    for (const { method, path } of Object.values(OPERATIONS)) {
      expect(Object.keys(description.paths[path])).toEqual([method]);
      const response = await app().request(path, { method: method.toUpperCase() });
      expect([404, 405]).not.toContain(response.status);
      const wrong = await app().request(path, { method: 'DELETE' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, method.toUpperCase()]);
    }
  });

  /** How a page and its bundled modules refer to others. */
  const REFERENCES = [
    /\b(?:href|src)="([^":$]+)"/g,
    /\b(?:from|import)\s*\(?"(\.[^"]+)"/g,
    /new URL\("([^"]+)",import\.meta\.url\)/g,
  ];

  it('everything that the page refers to is served', async () => {
    // As built: the browser is given the compiled modules.
    const built = await import(new URL('../../dist/server/create-app.js', import.meta.url).href);
    const server: ReturnType<typeof createApp> = built.createApp({ service: emptyService });
    const seen = new Set<string>();
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const response = await server.request(path);
      expect([path, response.status]).toEqual([path, 200]);
      if (!/\b(html|javascript)\b/.test(response.headers.get('content-type') ?? '')) return;
      const text = await response.text();
      for (const reference of REFERENCES) {
        for (const [, to] of text.matchAll(reference)) await follow(new URL(to, `http://localhost${path}`).pathname);
      }
    };
    await follow('/');
    for (const kind of [
      '.css',
      '.webmanifest',
      'worker.js',
      '.wasm',
      'detector-mediapipe.onnx',
      'runtime/ort.wasm.min.mjs',
    ]) {
      expect([...seen].some((path) => path.endsWith(kind))).toBe(true);
    }
  });

  it.each([
    '/../package.json',
    '/lib/../../package.json',
    '/lib/node/index.js',
    '/%2e%2e/package.json',
    '/lib//etc/passwd',
  ])('no file can be read through %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('every answer carries the security headers', async () => {
    for (const path of ['/v1/health', '/nothing']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    }
  });
});
