import { reasonOf } from '../../as-error.js';
import { type Checked, type ChecksOf, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import { DownloadError, InvalidOptionError, ModelFileError } from '../../errors.js';
import { checkBoolean, checkFunction } from '../../options.js';
import { sha256Hex } from '../../runtime/sha256-hex.js';

/** An address with the digest that its file must have. */
export interface PinnedModel {
  url: string | URL;
  /** SHA-256 in hexadecimal. What is known by its digest is kept in the browser's cache. */
  sha256: string;
}

/** A network for the browser: an address, an address with a digest, or the file itself. */
export type ModelSource = string | URL | PinnedModel | Blob | ArrayBuffer | Uint8Array;

/** How far a download has come. */
export interface FetchProgress {
  url: string;
  /** Bytes received so far. */
  received: number;
  /** Bytes in all, where the server says so. */
  total: number | undefined;
}

export interface FetchModelOptions {
  /** Keep files with a known digest in the browser's Cache storage, and take them from there. Default true. */
  cache?: boolean | undefined;
  /** Stands in for the global `fetch`, e.g. to add headers. */
  fetch?: typeof fetch | undefined;
  progress?: ((progress: FetchProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

type Progress = NonNullable<FetchModelOptions['progress']>;

/** What each option of fetching must be. */
export const FETCH_OPTIONS = {
  cache: orElse(true, checkBoolean),
  fetch: optional(checkFunction<typeof fetch>),
  progress: optional(checkFunction<Progress>),
  signal: optional(checkAbortSignal),
} satisfies ChecksOf<FetchModelOptions>;
type FetchSettings = Checked<typeof FETCH_OPTIONS>;

const isAddress = (value: unknown): value is string | URL =>
  value instanceof URL || (typeof value === 'string' && URL.canParse(value, globalThis.location?.href));

function isPinned(value: unknown): value is PinnedModel {
  const { url, sha256 } = (value ?? {}) as Partial<PinnedModel>;
  return isAddress(url) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

/** Refuses anything but a network that a browser can load. */
export function checkModelSource(name: string, value: unknown): ModelSource {
  const isFile = value instanceof Blob || value instanceof ArrayBuffer || value instanceof Uint8Array;
  if (isFile || isAddress(value) || isPinned(value)) return value;
  throw new InvalidOptionError({
    name,
    expected: 'an address, { url, sha256 }, a Blob or the bytes of an ONNX file',
    received: describe(value),
  });
}

const CACHE_NAME = 'onnx-facial-lmk-detector';

/** Cache storage wants addresses; this one is never fetched. */
const cacheKey = (sha256: string) => new URL(`/onnx-facial-lmk-detector/${sha256}`, location.href).href;

/** The cache, or undefined where the browser has none to give: no secure context, no room, cookies blocked. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(CACHE_NAME);
  } catch {
    return undefined;
  }
}

/** A network's bytes and their SHA-256 in hexadecimal. */
export interface FetchedModel {
  bytes: Uint8Array;
  sha256: string;
}

async function readCached(cache: Cache, sha256: string): Promise<Uint8Array | undefined> {
  const key = cacheKey(sha256);
  const response = await cache.match(key);
  if (response === undefined) return undefined;
  const bytes = new Uint8Array(await response.arrayBuffer());
  if ((await sha256Hex(bytes)) === sha256) return bytes;
  await cache.delete(key);
  return undefined;
}

function failed(url: string, reason: string): DownloadError {
  return new DownloadError({
    name: url,
    expected: 'a network that can be fetched',
    failures: [{ location: url, reason }],
    hint: 'Serve the file from the page’s own origin, or pass its bytes.',
  });
}

async function* chunksOf(url: string, body: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal | undefined) {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      signal?.throwIfAborted();
      throw failed(url, reasonOf(error));
    });
    if (done) return;
    yield value;
  }
}

async function download(url: string, { fetch = globalThis.fetch, progress, signal }: FetchSettings) {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw failed(url, reasonOf(error));
  }
  if (!response.ok || response.body === null) throw failed(url, `status ${response.status}`);
  // Behind a content encoding the length is that of other bytes.
  const length = response.headers.has('content-encoding') ? Number.NaN : Number(response.headers.get('content-length'));
  const total = length > 0 ? length : undefined;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  progress?.({ url, received, total });
  for await (const chunk of chunksOf(url, response.body, signal)) {
    chunks.push(chunk);
    received += chunk.length;
    progress?.({ url, received, total });
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function fetchPinned({ url, sha256 }: PinnedModel, options: FetchSettings): Promise<FetchedModel> {
  const address = new URL(url, location.href).href;
  const cache = options.cache ? await openCache() : undefined;
  const cached = cache && (await readCached(cache, sha256));
  if (cached) return { bytes: cached, sha256 };
  const bytes = await download(address, options);
  const digest = await sha256Hex(bytes);
  if (digest !== sha256) {
    throw new ModelFileError({ name: address, expected: `SHA-256 ${sha256}`, received: digest });
  }
  try {
    await cache?.put(cacheKey(sha256), new Response(bytes));
  } catch {
    // No room: the next visit fetches it again.
  }
  return { bytes, sha256 };
}

async function bytesOf(source: Exclude<ModelSource, PinnedModel>, options: FetchSettings): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  return download(new URL(source, location.href).href, options);
}

/**
 * A network, from wherever it comes.
 * @throws DownloadError, ModelFileError for another digest, or the signal's reason
 */
export async function fetchModel(source: ModelSource, options: FetchSettings): Promise<FetchedModel> {
  if (isPinned(source)) return fetchPinned(source, options);
  const bytes = await bytesOf(source, options);
  return { bytes, sha256: await sha256Hex(bytes) };
}
