import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { reasonOf } from '../../as-error.js';
import { FileAccessError } from '../../errors.js';
import type { ReadOptions } from '../../node/files/read-regular-file.js';
import { onAbort } from '../../runtime/on-abort.js';
import { redact } from '../redact.js';
import { type RetryOptions, retrying, TransientFailure } from './retrying.js';

/** Longest time of one try, from the first packet to the last, milliseconds. */
const TRY_TIMEOUT = 120_000;
/** Longest pause that is accepted from the header Retry-After, milliseconds. A server could ask for a day. */
const LONGEST_WISH = 120_000;

const TRANSIENT: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const MISSING: readonly number[] = [404, 410];

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  url: string;
  headers?: Record<string, string> | undefined;
  body?: Uint8Array | string | undefined;
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function retryAfter({ headers }: Response): number {
  const text = headers.get('retry-after') ?? '';
  const milliseconds = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - Date.now();
  return milliseconds > 0 ? Math.min(milliseconds, LONGEST_WISH) : 0;
}

/** HTTP with retries after broken connections, overload and throttling. Redirects are not followed. */
export class HttpClient {
  readonly #dispatcher = new EnvHttpProxyAgent();
  readonly #attempts: number | undefined;

  /** @param attempts tries of each request */
  constructor({ attempts }: Pick<RetryOptions, 'attempts'> = {}) {
    this.#attempts = attempts;
  }

  /**
   * @param make makes the request, anew for every try, because a signature is valid for only some minutes
   * @param take turns a successful answer with its body into the result
   * @returns undefined when the server answers that nothing is there
   * @throws FileAccessError when the request is refused, StorageError when no try got an answer
   */
  async request<T>(
    make: () => HttpRequest | Promise<HttpRequest>,
    take: (response: Response) => Promise<T>,
    { name, signal }: Pick<RetryOptions, 'name' | 'signal'>,
  ): Promise<T | undefined> {
    const attempt = async (): Promise<T | undefined> => {
      const { url, ...init } = await make();
      const limit = new AbortController();
      // AbortSignal.timeout and AbortSignal.any would keep timers and listeners after the end of the request.
      const timer = setTimeout(() => limit.abort(new TransientFailure('no answer in time')), TRY_TIMEOUT);
      const stay = onAbort(signal, () => limit.abort(signal?.reason));
      try {
        return await send(url, init, limit.signal);
      } finally {
        clearTimeout(timer);
        stay();
      }
    };
    const send = async (url: string, init: object, limit: AbortSignal): Promise<T | undefined> => {
      let response: Response;
      try {
        response = await fetch(url, {
          ...init,
          signal: limit,
          redirect: 'manual',
          dispatcher: this.#dispatcher,
        } as object);
      } catch (cause) {
        throw networkFailure(cause);
      }
      const { status } = response;
      if (response.ok) return take(response);
      await response.body?.cancel().catch(() => undefined);
      if (MISSING.includes(status)) return undefined;
      if (TRANSIENT.includes(status)) throw new TransientFailure(`HTTP ${status}`, { afterMs: retryAfter(response) });
      throw new FileAccessError({ name, expected: 'a file that may be read or written', received: `HTTP ${status}` });
    };
    return retrying(attempt, { name, signal, attempts: this.#attempts });
  }

  /** The bytes of a body, refused as soon as they are too many or of the wrong kind. */
  read(
    make: () => HttpRequest | Promise<HttpRequest>,
    { checkLength, checkStart, signal }: ReadOptions,
    name: string,
  ): Promise<Uint8Array | undefined> {
    const take = async (response: Response) => {
      const stated = Number(response.headers.get('content-length'));
      const chunks: Uint8Array[] = [];
      let received = 0;
      try {
        checkLength(stated);
        for await (const chunk of chunksOf(response)) {
          received += chunk.length;
          chunks.push(chunk);
          checkLength(received);
          if (checkStart && received - chunk.length < 2 ** 12) checkStart(Buffer.concat(chunks));
        }
      } finally {
        await response.body?.cancel().catch(() => undefined);
      }
      if (received < stated) throw new TransientFailure(`${received} of ${stated} bytes`);
      return new Uint8Array(Buffer.concat(chunks));
    };
    return this.request(make, take, { name, signal });
  }
}

/** Turns network errors into transient failures. Errors thrown by the reader of the chunks are not changed. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) yield chunk;
  } catch (cause) {
    throw networkFailure(cause);
  }
}

/** The message of `fetch` is just "fetch failed"; the reason is in the innermost cause. */
function networkFailure(cause: unknown): TransientFailure {
  let innermost = cause;
  while ((innermost as Error).cause instanceof Error) innermost = (innermost as Error).cause;
  const { code } = innermost as NodeJS.ErrnoException;
  return new TransientFailure(redact(typeof code === 'string' ? code : reasonOf(innermost)), { cause });
}
