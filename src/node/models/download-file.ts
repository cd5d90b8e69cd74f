import { open, rm } from 'node:fs/promises';
import type { Dispatcher, Response } from 'undici';
import { sizeOf } from '../files/part-file.js';
import { downloadWriteError } from './download-write-error.js';

/** One location did not deliver; another one, or another attempt, may. */
export class LocationError extends Error {
  /** True when the connection broke, so that asking again for the rest makes sense. */
  readonly brokeOff: boolean;

  constructor(message: string, { cause, brokeOff = false }: { cause?: unknown; brokeOff?: boolean | undefined } = {}) {
    super(message, { cause });
    this.brokeOff = brokeOff;
  }
}

export interface DownloadFileOptions {
  /** Decides about proxies and connections. */
  dispatcher: Dispatcher;
  /** Exact size of the file, where it is known. */
  bytes: number | undefined;
  /** Milliseconds without a single byte after which the location is given up. */
  stallTimeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Bytes on disk so far, and the size of the whole file where it is known. */
  onProgress?: (received: number, total: number | undefined) => void;
}

/** Where a file of unknown size ends; the networks have a tenth of that. */
const SIZE_LIMIT = 256 * 2 ** 20;

/**
 * Downloads what a part file still lacks and appends it. After a broken connection the part keeps what came.
 *
 * The request names a byte range but no entity tag: the digest pinned for the whole file says more than one server's
 * tag, and so a part that was begun at one location may be finished at another.
 *
 * @throws {LocationError} when this location does not deliver
 * @throws {FileAccessError} when the part cannot be written
 */
export async function downloadFile(url: string, part: string, options: DownloadFileOptions): Promise<void> {
  const stall = stallAlarm(options.stallTimeoutMs);
  const connection: Connection = {
    dispatcher: options.dispatcher,
    signal: options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal,
  };
  try {
    let start = await sizeOf(part);
    if (start >= (options.bytes ?? SIZE_LIMIT)) start = 0;
    let response = await request(url, start, connection);
    if (start > 0 && refusesRange(response, start)) {
      await response.body?.cancel();
      start = 0;
      response = await request(url, start, connection);
    }
    // A server that ignores ranges answers 200 with the whole file.
    if (response.status === 200) start = 0;
    else if (response.status !== 206 || start === 0) throw new LocationError(`HTTP ${response.status}`);
    await append(response, part, start, options, stall.postpone);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    stall.cancel();
  }
}

interface Connection {
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

async function request(url: string, start: number, connection: Connection): Promise<Response> {
  // Compressed transfer would make byte ranges and declared lengths mean something else.
  const headers = { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) };
  const { fetch } = await import('undici');
  return fetch(url, { ...connection, headers }).catch(networkFailure);
}

/** The chunks of a body. Only here is an error the network's; what the reader of the chunks throws stays what it is. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield chunk;
  } catch (error) {
    networkFailure(error);
  }
}

function networkFailure(error: unknown): never {
  if (error instanceof LocationError) throw error;
  // fetch itself says "fetch failed" or "terminated"; the reason is in the innermost cause.
  let innermost = error as NodeJS.ErrnoException;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  const reason = innermost.message || innermost.code || String(innermost);
  throw new LocationError(reason, { cause: error, brokeOff: true });
}

function refusesRange({ status, headers }: Response, start: number): boolean {
  return status === 416 || (status === 206 && !headers.get('content-range')?.startsWith(`bytes ${start}-`));
}

async function append(
  response: Response,
  part: string,
  start: number,
  { bytes, onProgress }: DownloadFileOptions,
  postponeAlarm: () => void,
): Promise<void> {
  const length = response.headers.get('content-length');
  const declared = length === null ? undefined : start + Number(length);
  const total = bytes ?? declared;
  const limit = bytes ?? SIZE_LIMIT;
  if (declared !== undefined && (declared !== total || declared > limit)) {
    throw new LocationError(`offers ${declared} bytes instead of ${bytes ?? `at most ${limit}`}`);
  }
  const cannotWrite = (cause: NodeJS.ErrnoException): never => {
    throw downloadWriteError(part, cause);
  };

  const file = await open(part, start > 0 ? 'a' : 'w').catch(cannotWrite);
  let received = start;
  try {
    onProgress?.(received, total);
    for await (const chunk of chunksOf(response)) {
      received += chunk.byteLength;
      if (received > limit) break;
      await file.writeFile(chunk).catch(cannotWrite);
      postponeAlarm();
      onProgress?.(received, total);
    }
  } finally {
    await file.close();
  }
  // The server says that this is all, so it is another file: a broken connection ends in an error above.
  if (received > limit || (total !== undefined && received < total)) {
    await rm(part);
    throw new LocationError(
      received > limit ? `sent more than ${limit} bytes` : `sent only ${received} of ${total} bytes`,
    );
  }
}

function stallAlarm(milliseconds: number) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new LocationError(`no byte for ${milliseconds / 1000} s`)),
    milliseconds,
  );
  return { signal: controller.signal, postpone: () => timer.refresh(), cancel: () => clearTimeout(timer) };
}
