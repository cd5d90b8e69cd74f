import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { FacialLmkError } from '../errors.js';

/** What a failed request answers with. */
export interface ErrorBody {
  error: {
    /** Stable identifier, e.g. `ERR_IMAGE_DECODE`. */
    code: string;
    message: string;
  };
}

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
};

/** What a client is told where the library's own words are for programmers. */
const MESSAGES: Record<string, string> = {
  ERR_QUEUE_FULL: 'As many images are waiting as may. Send this one again soon.',
  ERR_CLOSED: 'The service is stopping.',
};

/** The status and body of any error. What is not meant for clients stays here. */
export function toErrorResponse(error: unknown): { status: ContentfulStatusCode; body: ErrorBody } {
  if (error instanceof HttpError) {
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
  if (error instanceof FacialLmkError && error.code in STATUS) {
    return {
      status: STATUS[error.code],
      body: { error: { code: error.code, message: MESSAGES[error.code] ?? error.message } },
    };
  }
  return { status: 500, body: { error: { code: 'ERR_INTERNAL', message: 'The server failed; its log says why.' } } };
}
