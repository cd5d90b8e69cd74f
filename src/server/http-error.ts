import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type ErrorJson, errorFromJson, errorToJson } from '../detector/error-json.js';
import { FacialLmkError } from '../errors.js';

/** Body of the answer to a failed request. `errorFromJson` reads it. */
export interface ErrorBody {
  error: ErrorJson;
}

/** Body of an error that exists only in the HTTP service. */
export const errorBody = (code: string, message: string, retryable = false): ErrorBody => ({
  error: { code, message, retryable },
});

/** An error that exists only in the HTTP service. */
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

/** The status of each error that a client can cause or must know. All others are failures of the service: 500. */
const STATUS: Record<string, ContentfulStatusCode> = {
  ERR_INVALID_OPTION: 400,
  ERR_IMAGE_FORMAT: 415,
  ERR_IMAGE_DECODE: 422,
  ERR_INVALID_IMAGE: 422,
  ERR_QUEUE_FULL: 429,
  ERR_CLOSED: 503,
  ERR_WORKER_LOST: 503,
};

/** Messages for clients, for errors whose own message is meant for programmers. */
const MESSAGES: Record<string, string> = {
  ERR_QUEUE_FULL: 'The queue of waiting images is full. Send this image again soon.',
  ERR_CLOSED: 'The service is stopping.',
  ERR_WORKER_LOST:
    'The thread that worked on the image has died. The service is starting another one. Send the image again soon.',
};

/** Hints for clients, who cannot install a decoder as the library's own hint suggests. */
const HINTS: Record<string, string> = {
  ERR_IMAGE_FORMAT: 'Send it as JPEG, PNG or WebP.',
};

/** Status of requests that may be sent again unchanged. */
const RETRYABLE: readonly number[] = [408, 429, 503];

function clientBody(error: FacialLmkError): ErrorBody {
  const json = errorToJson(error);
  const { code, retryable } = json;
  if (code in MESSAGES) return errorBody(code, MESSAGES[code], retryable);
  return { error: code in HINTS ? errorToJson(errorFromJson({ ...json, hint: HINTS[code] })) : json };
}

/** The status and body for any error. Details that are not meant for clients are left out. */
export function toErrorResponse(error: unknown): { status: ContentfulStatusCode; body: ErrorBody } {
  if (error instanceof HttpError) {
    return { status: error.status, body: errorBody(error.code, error.message, RETRYABLE.includes(error.status)) };
  }
  if (error instanceof FacialLmkError && error.code in STATUS) {
    return { status: STATUS[error.code], body: clientBody(error) };
  }
  return { status: 500, body: errorBody('ERR_INTERNAL', 'The server failed. The reason is in its log.') };
}
