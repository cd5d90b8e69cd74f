import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { abortable } from '../detector/abortable.js';
import { readFormFile } from './form-file.js';
import { HttpError } from './http-error.js';
import type { ServerEnv } from './server-env.js';
import { tooLarge, type Upload } from './upload-memory.js';

const EXPECTED = 'Send the image as the body (image/jpeg, image/png, ...), or as a file in multipart/form-data.';
const CURL_TYPE = 'application/x-www-form-urlencoded';
const FORM_TYPE = 'multipart/form-data';

/** Refuses a request without an image, by its headers. */
function checkHeaders(context: Context, maxBytes: number): { contentType: string; isForm: boolean } {
  const contentType = context.req.header('content-type') ?? '';
  const type = contentType.split(';')[0].trim().toLowerCase();
  // curl --data-binary declares every body as a form. Such a body is judged by its content, like a body without a type.
  const mayBeImage = type.startsWith('image/') || ['', 'application/octet-stream', CURL_TYPE, FORM_TYPE].includes(type);
  if (!mayBeImage) throw new HttpError(415, 'ERR_MEDIA_TYPE', `Expected an image but received ${type}. ${EXPECTED}`);
  const encoding = context.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new HttpError(415, 'ERR_ENCODING', `Expected the image as it is but received ${encoding}. ${EXPECTED}`);
  }
  if (Number(context.req.header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return { contentType, isForm: type === FORM_TYPE };
}

/** The body as it arrives. Stopping early does not close the connection, because the answer must still be sent. */
function bodyChunks({ env, req }: Context<ServerEnv>): AsyncIterable<Uint8Array> {
  const body = env?.incoming ?? (req.raw.body ? Readable.fromWeb(req.raw.body as never) : Readable.from([]));
  return body.iterator({ destroyOnReturn: false });
}

/**
 * Reads the encoded image of a request: the body itself, or the first file of a form.
 * @param signal ends the wait for the rest of a body
 * @throws HttpError 413 for too many bytes, 415 for a body of another type, 400 for a form without a file; and what the upload
 * throws
 */
export async function readRequestImage(
  context: Context<ServerEnv>,
  upload: Upload,
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const { contentType, isForm } = checkHeaders(context, maxBytes);
  const chunks = limited(bodyChunks(context), maxBytes);
  const append = (chunk: Uint8Array) => upload.append(chunk);
  await abortable(isForm ? readFormFile(chunks, contentType, append) : readAll(chunks, append), signal);
}

async function readAll(chunks: AsyncIterable<Uint8Array>, append: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of chunks) append(chunk);
}

/** Passes the chunks on. Throws when they have more than `maxBytes` bytes together. */
async function* limited(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<Uint8Array> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.length;
    if (received > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}
