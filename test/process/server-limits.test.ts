// What one request may ask of the HTTP service, and what all of them together may take.
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { type AppOptions, createApp } from '../../src/server/create-app.js';
import type { ErrorBody } from '../../src/server/http-error.js';
import { emptyService, stubService } from '../support/stub-service.js';

const encode = async (width: number, height: number) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: '#456' } })
      .jpeg()
      .toBuffer(),
  );
const image = await encode(60, 40);

const app = (options: Partial<AppOptions> = {}) => createApp({ service: emptyService, ...options });

const post = (url: string, body: BodyInit, options: Partial<AppOptions> = {}, headers: Record<string, string> = {}) =>
  app(options).request(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

const outcome = async (response: Response): Promise<[number, string, string]> => {
  const { code, message } = ((await response.json()) as ErrorBody).error;
  return [response.status, code, message];
};

/** A body that is sent piece by piece, and tells how much of it was read. */
function stream(pieces: Iterable<Uint8Array>): { body: ReadableStream<Uint8Array>; sent: () => number } {
  let sent = 0;
  const source = pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = source.next();
        if (done) return controller.close();
        sent += value.length;
        controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, sent: () => sent };
}

describe('a query', () => {
  it.each([
    ['/v1/detect?min-score=0.9', 'Did you mean "minScore"?'],
    ['/v1/detect?minscore=0.9', 'Did you mean "minScore"?'],
    [
      '/v1/overlay?crops',
      'no other names than minScore, maxFaces, iouThreshold, detectorSide, recall, indices, legend, format',
    ],
    [
      '/v1/detect?format=svg',
      'no other names than minScore, maxFaces, iouThreshold, detectorSide, recall, subpixel, attributes',
    ],
    ['/v1/overlay?format=gif', '"png" or "webp" or "svg"'],
    ['/v1/detect?iouThreshold=1.1', 'a number from 0 to 1'],
    ['/v1/detect?detectorSide=1312', 'an integer from 32 to 1280'],
    ['/v1/detect?detectorSide=650', 'a multiple of 32'],
    ['/v1/detect?__proto__=1', 'no other names'],
    ['/v1/detect?minScore=0.5&minScore=0.9', 'one value'],
    ['/v1/detect?minScore=', 'a number'],
    ['/v1/detect?minScore=0x', 'a number'],
    ['/v1/detect?minScore=0.05', 'a number from 0.1 to 1'],
    ['/v1/detect?minScore=1e400', 'a number from 0.1 to 1'],
    ['/v1/detect?maxFaces=257', 'an integer from 1 to 256'],
    ['/v1/detect?maxFaces=1.5', 'an integer from 1 to 256'],
    ['/v1/detect?subpixel=maybe', '"true" or "false"'],
    [`/v1/detect?${'x'.repeat(5000)}=1`, 'no other names'],
  ])('%s is refused before anything is read', async (url, message) => {
    const { body, sent } = stream([image]);
    const [status, code, text] = await outcome(await post(url, body));
    expect([status, code]).toEqual([400, 'ERR_INVALID_OPTION']);
    expect(text).toContain(message);
    expect(text.length).toBeLessThan(300);
    expect(sent()).toBe(0);
  });

  it('gets the ceilings where it says nothing, and whatever whoever runs the service allows', async () => {
    const job = vi.fn(async () => image);
    const service = stubService(job);
    const asked = async (url: string, options: Partial<AppOptions> = {}) => {
      job.mockClear();
      expect((await post(url, image, { service, ...options })).status).toBe(200);
      return job.mock.lastCall;
    };
    expect(await asked('/v1/detect')).toMatchObject([{}, { minScore: 0.5, maxFaces: 256, maxPixels: 50e6 }]);
    expect(await asked('/v1/detect', { maxFaces: 5000, minScore: 0.7 })).toMatchObject([
      {},
      { minScore: 0.7, maxFaces: 1000 },
    ]);
    expect(await asked('/v1/overlay?iouThreshold=0.7&detectorSide=320&format=webp&indices&legend=1')).toMatchObject([
      {},
      { iouThreshold: 0.7, detectorSide: 320, indices: true, legend: true },
    ]);
    const wide = { maxFaces: 5000, minScore: 0 };
    expect(await asked('/v1/detect?minScore=0&maxFaces=5000', wide)).toMatchObject([
      {},
      { minScore: 0, maxFaces: 5000 },
    ]);
  });

  it('is described with the same ceilings', async () => {
    const description = await (
      await app({ maxFaces: 7, minScore: 0.3, maxDetectorSide: 320 }).request('/openapi.json')
    ).json();
    const parameters = [
      { name: 'minScore', schema: { minimum: 0.3, default: 0.5 } },
      { name: 'maxFaces', schema: { maximum: 7, default: 7 } },
      { name: 'iouThreshold', schema: { minimum: 0, maximum: 1, default: 0.4 } },
      { name: 'detectorSide', schema: { minimum: 32, maximum: 320, multipleOf: 32 } },
      { name: 'recall', schema: { default: 'reference' } },
      { name: 'subpixel' },
      { name: 'attributes' },
      { name: 'crops' },
    ];
    expect(description).toMatchObject({ paths: { '/v1/detect': { post: { parameters } } } });
  });
});

describe('a form', () => {
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const part = (headers: string, content = 'x') => bytes(`--b\r\n${headers}\r\n\r\n${content}\r\n`);
  const field = part('Content-Disposition: form-data; name="f"');
  const fileHead = 'Content-Disposition: form-data; name="f"; filename="a"';
  function* repeat(piece: Uint8Array, times: number, before?: Uint8Array) {
    if (before) yield before;
    for (let i = 0; i < times; i++) yield piece;
  }
  const many = (piece: Uint8Array) =>
    Uint8Array.from({ length: 500 * piece.length }, (_, i) => piece[i % piece.length]);
  const concat = (...pieces: Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));

  it.each([
    ['400,000 fields', repeat(many(field), 800), 'parts'],
    [
      'a name without an end',
      repeat(bytes('n'.repeat(65_536)), 280, bytes('--b\r\nContent-Disposition: form-data; name="')),
      'damaged',
    ],
    ['a million headers', repeat(many(bytes('a: b\r\n')), 2000, bytes('--b\r\n')), 'damaged'],
    ['a header without an end', repeat(bytes('n'.repeat(65_536)), 280, bytes('--b\r\nX: ')), 'damaged'],
  ])('of %s is refused near its beginning', async (_, pieces, message) => {
    const { body, sent } = stream(pieces);
    const [status, code, text] = await outcome(await post('/v1/detect', body, {}, type));
    expect([status, code]).toEqual([400, 'ERR_FORM']);
    expect(text).toContain(message);
    expect(sent()).toBeLessThan(300_000);
  });

  it('of 300,000 files is read to the end of the first', async () => {
    const first = concat(bytes(`--b\r\n${fileHead}\r\n\r\n`), image, bytes('\r\n'));
    const { body, sent } = stream(repeat(many(part(fileHead)), 600, first));
    expect((await post('/v1/detect', body, {}, type)).status).toBe(200);
    expect(sent()).toBeLessThan(200_000);
  });

  it.each([
    ['without a file', concat(field, bytes('--b--\r\n')), 'none'],
    ['without an end', concat(field), 'damaged'],
    ['cut off in its file', bytes(`--b\r\n${fileHead}\r\n\r\nhalf`), 'cut off'],
    ['that is none', bytes('nonsense'), 'damaged'],
    ['of nothing', bytes(''), 'damaged'],
  ])('%s: 400', async (_, body, message) => {
    const [status, code, text] = await outcome(await post('/v1/detect', body, {}, type));
    expect([status, code]).toEqual([400, 'ERR_FORM']);
    expect(text).toContain(message);
  });

  it.each(['', '; boundary=', `; boundary=${'b'.repeat(71)}`, `; boundary="${'b'.repeat(9000)}"`, ';'.repeat(9000)])(
    'whose type ends in %o: 400',
    async (end) => {
      const headers = { 'content-type': `multipart/form-data${end}` };
      expect((await outcome(await post('/v1/detect', field, {}, headers))).slice(0, 2)).toEqual([400, 'ERR_FORM']);
    },
  );

  it('gives the first file, whatever its name and place', async () => {
    const pieces = [field, field, part('Content-Type: text/plain'), bytes(`--b\r\n${fileHead}\r\n\r\n`), image];
    // Byte by byte: every boundary falls between two chunks once.
    const { body } = stream(repeat(concat(...pieces, bytes('\r\n--b--')), 1));
    expect((await post('/v1/detect', body, {}, type)).status).toBe(200);
    const single = concat(...pieces, bytes('\r\n--b--'));
    const slow = stream(Array.from(single, (byte) => Uint8Array.of(byte)));
    expect((await post('/v1/detect', slow.body, {}, type)).status).toBe(200);
  });
});

describe('a body', () => {
  it('that announces too much is refused unread, and one that brings too much where it does', async () => {
    const announced = stream([image]);
    const headers = { 'content-length': '20000001' };
    expect((await outcome(await post('/v1/detect', announced.body, {}, headers))).slice(0, 2)).toEqual([
      413,
      'ERR_BODY_SIZE',
    ]);
    expect(announced.sent()).toBe(0);
    const brought = stream(Array.from({ length: 100 }, () => new Uint8Array(1000)));
    expect((await post('/v1/detect', brought.body, { maxBytes: 5000 })).status).toBe(413);
    expect(brought.sent()).toBeLessThan(10_000);
  });

  it('that is compressed is refused with the reason', async () => {
    const [status, code] = await outcome(await post('/v1/detect', image, {}, { 'content-encoding': 'gzip' }));
    expect([status, code]).toEqual([415, 'ERR_ENCODING']);
  });

  it('holds memory by what arrived: others that would take more than there is are told to come again', async () => {
    const service = app({ maxMemory: 200_000, maxBytes: 90_000 });
    const send = (body: BodyInit) =>
      service.request('/v1/detect', { method: 'POST', body, duplex: 'half' } as RequestInit);
    let finish = () => {};
    /** Sends so many bytes, and the end when it is told to. */
    const held = (bytes: number) =>
      send(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new Uint8Array(bytes));
            const before = finish;
            finish = () => {
              before();
              controller.close();
            };
          },
        }),
      );
    const waiting = [held(80_000), ...Array.from({ length: 50 }, () => held(0))];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await outcome(await send(new Uint8Array(80_000)))).slice(0, 2)).toEqual([429, 'ERR_UPLOADS_FULL']);
    finish();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([415, ...Array(50).fill(422)]);
    expect((await send(new Uint8Array(80_000))).status).toBe(415);
  });
});

describe('an answer', () => {
  it('waits until there is memory for it, as long as the time limit allows', async () => {
    const service = stubService(async () => image);
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const one = app({ service, maxMemory: 2 * image.length, maxBytes: 1e6, timeoutMs: 300 });
    const send = (env: object) => one.request('/v1/detect', { method: 'POST', body: image }, env);
    expect((await send({ left })).status).toBe(200);
    expect((await outcome(await send({}))).slice(0, 2)).toEqual([503, 'ERR_TIMEOUT']);
    const waiting = send({});
    leave();
    expect((await waiting).status).toBe(200);
  });

  it('keeps its place until it has left', async () => {
    const one = app({ maxRequests: 1 });
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const send = (env: object) => one.request('/v1/detect', { method: 'POST', body: image }, env);
    expect((await send({ left })).status).toBe(200);
    expect((await outcome(await send({}))).slice(0, 2)).toEqual([429, 'ERR_QUEUE_FULL']);
    leave();
    await left;
    await new Promise((resolve) => setImmediate(resolve));
    expect((await send({})).status).toBe(200);
  });
});

describe('images in work', () => {
  it('wait no longer than the time limit', async () => {
    const service = stubService(
      (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const [status, code] = await outcome(await post('/v1/detect', image, { service, timeoutMs: 50 }));
    expect([status, code]).toEqual([503, 'ERR_TIMEOUT']);
  });

  it('with too many pixels are refused from their header, with a way out for who sent them', async () => {
    const job = vi.fn(async () => image);
    const [status, code, message] = await outcome(
      await post('/v1/detect', image, { service: stubService(job), maxPixels: 2399 }),
    );
    expect([status, code]).toEqual([422, 'ERR_IMAGE_DECODE']);
    expect(message).toBe(
      'Expected at most 2399 pixels for the image but received 60 x 40 = 2400. Send a smaller image.',
    );
    expect(job).not.toHaveBeenCalled();
  });

  it('of a kind that is not read get a way out for who sent them', async () => {
    const [status, code, message] = await outcome(
      await post('/v1/detect', 'this is text', {}, { 'content-type': 'image/png' }),
    );
    expect([status, code]).toEqual([415, 'ERR_IMAGE_FORMAT']);
    expect(message).toMatch(/Send it as JPEG, PNG or WebP\.$/);
  });
});
