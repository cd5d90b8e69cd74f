import type { Context } from 'hono';
import { HttpError } from './http-error.js';

const EXPECTED = 'Send the image as the body (image/jpeg, image/png, ...), or as a file in multipart/form-data.';

/**
 * The encoded image of a request: the body itself, or the first file of a form.
 * @throws HttpError 415 for a body of another type, 400 for a form without a file
 */
export async function requestImage(context: Context): Promise<Uint8Array> {
  const type = (context.req.header('content-type') ?? '').split(';')[0].trim().toLowerCase();
  if (type === 'multipart/form-data') {
    const form = await context.req.formData().catch(() => {
      throw new HttpError(400, 'ERR_FORM', `Expected a whole form but received a damaged one. ${EXPECTED}`);
    });
    const file = [...form.values()].find((value) => value instanceof File);
    if (!file) throw new HttpError(400, 'ERR_FORM', `Expected a file in the form but received none. ${EXPECTED}`);
    return new Uint8Array(await file.arrayBuffer());
  }
  // curl --data-binary names every body a form; the content decides then, as for a body without a type.
  const mayBeImage = type.startsWith('image/') || ['', 'application/octet-stream', CURL_TYPE].includes(type);
  if (!mayBeImage) {
    throw new HttpError(415, 'ERR_MEDIA_TYPE', `Expected an image but received ${type}. ${EXPECTED}`);
  }
  return new Uint8Array(await context.req.arrayBuffer());
}

const CURL_TYPE = 'application/x-www-form-urlencoded';
