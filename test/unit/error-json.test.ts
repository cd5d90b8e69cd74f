// Errors on their way between threads, processes and services: nothing a program acts on may be lost.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { describe as describeValue } from '../../src/describe.js';
import { errorFromJson, errorToJson } from '../../src/detector/error-json.js';
import * as errors from '../../src/errors.js';

const { DownloadError, FacialLmkError, InvalidOptionError, QueueFullError } = errors;

type ErrorClass = new (parts: errors.ErrorParts & { failures: [] }) => errors.FacialLmkError;
const CLASSES = Object.entries(errors as unknown as Record<string, ErrorClass>).filter(
  ([name]) => name.endsWith('Error') && name !== 'FacialLmkError',
);
const PARTS = { name: 'minScore', expected: 'a number', received: '"x"', hint: 'Give one.', failures: [] } as const;

/** As JSON text, which is all that crosses a network. */
const thereAndBack = (error: unknown, options = {}) =>
  errorFromJson(JSON.parse(JSON.stringify(errorToJson(error, options))));

const folder = mkdtempSync(join(tmpdir(), 'facial-lmk-errors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('errorFromJson(errorToJson(error))', () => {
  it.each(CLASSES)('is a %s again, with every field', (name, Class) => {
    const error = new Class({ ...PARTS, failures: [] });
    const back = thereAndBack(error);
    expect(back).toBeInstanceOf(Class);
    expect(back.constructor).toBe(Class);
    expect(back).toMatchObject({ ...error, name, message: error.message });
    expect((back as errors.FacialLmkError).code).toMatch(/^ERR_[A-Z_]+$/);
  });

  it.each(CLASSES)('%s: help leads to a row of the page that the package explains errors on', (_, Class) => {
    const [page, anchor] = new Class({ ...PARTS, failures: [] }).help.split('#');
    expect(readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')).toContain(`<a id="${anchor}">`);
  });

  it('says of no two classes the same code', () => {
    const codes = CLASSES.map(([, Class]) => new Class({ ...PARTS, failures: [] }).code);
    expect(new Set(codes).size).toBe(CLASSES.length);
  });

  it('keeps what failed at each location of a download', () => {
    const failures = [{ location: 'https://example.org/a', reason: 'HTTP 404' }];
    const error = new DownloadError({ name: 'a', expected: 'one', failures, hint: 'Wait.' });
    expect(thereAndBack(error)).toMatchObject({ failures, message: error.message, retryable: true });
  });

  it('keeps name, code and retryable of an error of another kind', () => {
    expect(thereAndBack(new DOMException('stopped', 'AbortError'))).toMatchObject({
      name: 'AbortError',
      message: 'stopped',
      code: 'ERR_INTERNAL',
      retryable: false,
    });
    const busy = Object.assign(new Error('busy'), { code: 'ERR_BUSY', retryable: true });
    expect(thereAndBack(busy)).toMatchObject({ message: 'busy', code: 'ERR_BUSY', retryable: true });
    expect(thereAndBack(new TypeError('no'))).toMatchObject({ name: 'TypeError', message: 'no' });
    for (const thrown of ['text', undefined, Symbol('s'), 3n, Object.create(null), [1]]) {
      expect(thereAndBack(thrown)).toBeInstanceOf(Error);
    }
  });

  it('keeps stacks and causes on request, and only then', () => {
    const cause = new RangeError('deep', { cause: new Error('deepest') });
    const error = new InvalidOptionError({ ...PARTS, cause });
    const back = thereAndBack(error, { details: true });
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toMatchObject({ name: 'RangeError', message: 'deep', stack: cause.stack });
    expect((back.cause as Error).cause).toMatchObject({ message: 'deepest' });
    expect(errorToJson(error)).not.toHaveProperty('stack');
    expect(errorToJson(error)).not.toHaveProperty('cause');
  });

  it('ends where an error is its own cause', () => {
    const error: Error = new Error('round');
    error.cause = error;
    expect(thereAndBack(error, { details: true }).message).toBe('round');
  });

  it('keeps what it can of an error that only a later version knows', () => {
    const json = { ...errorToJson(new QueueFullError(PARTS)), code: 'ERR_OF_TOMORROW' };
    const error = errorFromJson(json);
    expect(error).not.toBeInstanceOf(FacialLmkError);
    expect(error).toMatchObject({ code: 'ERR_OF_TOMORROW', retryable: true, message: json.message });
  });

  it.each([[undefined], [null], ['text'], [[]], [{}], [{ code: 'ERR_CLOSED' }]])(
    'refuses %j, which is no error',
    (json) => {
      expect(() => errorFromJson(json)).toThrow(InvalidOptionError);
    },
  );

  it.each([
    { code: {}, message: [] },
    { code: 'ERR_DOWNLOAD', message: 'x', subject: 'a', expected: 'b', received: 'c', failures: [null, 1] },
    { code: '__proto__', message: 'x', subject: 'a', expected: 'b', received: 'c', stack: 3, cause: { cause: 4 } },
    { code: 'constructor', message: 'x', subject: 'a', expected: 'b', received: 'c', name: null },
  ])('makes an Error of anything else: %j', (json) => {
    expect(errorFromJson(json)).toBeInstanceOf(Error);
  });

  it('works between two bundles whose class names were shortened', async () => {
    const outfile = join(folder, 'bundle.mjs');
    const entryPoints = [new URL('../../src/index.ts', import.meta.url).pathname];
    await build({ entryPoints, outfile, bundle: true, minify: true, format: 'esm', logLevel: 'error' });
    const other = await import(pathToFileURL(outfile).href);
    // The test is worth something only where the names were shortened indeed.
    expect(other.InvalidOptionError.name).not.toBe('InvalidOptionError');
    for (const [name, Class] of CLASSES) {
      const there = other.errorFromJson(errorToJson(new Class({ ...PARTS, failures: [] })));
      expect(there).toBeInstanceOf(other[name]);
      expect(there.name).toBe(name);
      expect(errorFromJson(other.errorToJson(there))).toBeInstanceOf(Class);
    }
  });
});

describe('describe', () => {
  it('never fails, whatever the value', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const values = [
      Object.create(null),
      { constructor: null },
      { constructor: { name: Symbol('name') } },
      {
        get constructor() {
          throw new Error('no');
        },
      },
      Object.defineProperty(new Uint8Array(3), 'constructor', { value: undefined }),
      proxy,
      Symbol('s'),
      2n ** 2000n,
      class Named {},
    ];
    for (const value of values) expect(describeValue(value).length).toBeLessThan(120);
  });
});
