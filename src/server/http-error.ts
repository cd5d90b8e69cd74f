import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorJson, errorFromJson, errorToJson } from '../detector/error-json.js';
import { FacialLmkError } from '../errors.js';

/** What a failed request answers with: read it with `errorFromJson`. */
export interface ErrorBody {
  error: ErrorJson;
}

/** The body for a refusal that only HTTP knows. */
export const errorBody = (code: string, message: string, retryable = false): ErrorBody => ({
  error: { code, message, retryable },
});

/** A refusal that only HTTP knows. */
export class HttpError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
  }
}

/** The status of each error that a client can cause or must know of. Anything else is our own fault: 500. */
const STATUS: Record<string, ContentfulStatusCode> = {
  ERR_INVALID_OPTION: 400,
  ERR_IMAGE_FORMAT: 415,
  ERR_IMAGE_DECODE: 422,
  ERR_INVALID_IMAGE: 422,
  ERR_QUEUE_FULL: 429,
  ERR_CLOSED: 503,
  ERR_WORKER_LOST: 503,
};

/** What a client is told where the library's own words are for programmers. */
const MESSAGES: Record<string, string> = {
  ERR_QUEUE_FULL: 'As many images are waiting as may. Send this one again soon.',
  ERR_CLOSED: 'The service is stopping.',
  ERR_WORKER_LOST:
    'The service has lost a thread that works on images, and starts another one. Send the image again soon.',
};

/** The way out for a client, who can install no decoder. */
const HINTS: Record<string, string> = {
  ERR_IMAGE_FORMAT: 'Send it as JPEG, PNG or WebP.',
};

/** Answers to requests that may be sent again as they are. */
const RETRYABLE: readonly number[] = [408, 429, 503];

function clientBody(error: FacialLmkError): ErrorBody {
  const json = errorToJson(error);
  const { code, retryable } = json;
  if (code in MESSAGES) return errorBody(code, MESSAGES[code], retryable);
  return { error: code in HINTS ? errorToJson(errorFromJson({ ...json, hint: HINTS[code] })) : json };
}

/** The status and body of any error. What is not meant for clients stays here. */
export function toErrorResponse(error: unknown): { status: ContentfulStatusCode; body: ErrorBody } {
  if (error instanceof HttpError) {
    return { status: error.status, body: errorBody(error.code, error.message, RETRYABLE.includes(error.status)) };
  }
  if (error instanceof FacialLmkError && error.code in STATUS) {
    return { status: STATUS[error.code], body: clientBody(error) };
  }
  return { status: 500, body: errorBody('ERR_INTERNAL', 'The server failed; its log says why.') };
}
