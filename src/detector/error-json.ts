import { asError } from '../as-error.js';
import { type ChecksOf, checkOptions, orElse } from '../check-options.js';
import { describe } from '../describe.js';
import * as errors from '../errors.js';
import { checkBoolean } from '../options.js';

/** An error as plain JSON: the form in which a thread, a process or a service sends it to its caller. */
export interface ErrorJson {
  /** The kind of error, see `FacialLmkError.code`. `ERR_INTERNAL` for an unexpected error. */
  code: string;
  message: string;
  /** Whether the same call may succeed when it is made again, unchanged. */
  retryable: boolean;
  /** The parts of the message of a {@link FacialLmkError}. */
  subject?: string | undefined;
  expected?: string | undefined;
  received?: string | undefined;
  hint?: string | undefined;
  /** What went wrong at each location of a download. */
  failures?: { location: string; reason: string }[] | undefined;
  /** The name of an error without a code, e.g. `AbortError`. */
  name?: string | undefined;
  /** For debugging, only on request. */
  stack?: string | undefined;
  cause?: ErrorJson | undefined;
}

export interface ErrorJsonOptions {
  /** Add stack and causes. They name files and other internals that should not reach strangers. Default false. */
  details?: boolean | undefined;
}

const ERROR_JSON_OPTIONS = { details: orElse(false, checkBoolean) } satisfies ChecksOf<ErrorJsonOptions>;

const INTERNAL = 'ERR_INTERNAL';

const { FacialLmkError, DownloadError, ...OTHER_ERRORS } = errors;

/** The error classes of the library by code. Without `DownloadError`, whose constructor takes other parts. */
const CLASSES: Record<string, new (parts: errors.ErrorParts) => errors.FacialLmkError> = Object.fromEntries(
  Object.values(OTHER_ERRORS).map((Class) => [new Class({ name: '', expected: '', received: '' }).code, Class]),
);

/** Longest chain of causes that is kept. An error can be its own cause, so there must be a limit. */
const MAX_CAUSES = 8;

function toJson(thrown: unknown, details: boolean, causesLeft: number): ErrorJson {
  const error: Error & { code?: unknown; retryable?: unknown } = asError(thrown);
  const { message, code, retryable, stack, cause } = error;
  const json: ErrorJson = {
    code: typeof code === 'string' ? code : INTERNAL,
    message,
    retryable: retryable === true,
  };
  if (error instanceof FacialLmkError) {
    const { subject, expected, received, hint } = error;
    Object.assign(json, { subject, expected, received, ...(hint !== undefined && { hint }) });
  }
  if (json.code === INTERNAL) json.name = error.name;
  if (error instanceof DownloadError)
    json.failures = error.failures.map(({ location, reason }) => ({ location, reason }));
  if (!details) return json;
  if (stack !== undefined) json.stack = stack;
  if (cause !== undefined && causesLeft > 0) json.cause = toJson(cause, details, causesLeft - 1);
  return json;
}

/**
 * Turns anything that was thrown into plain JSON. {@link errorFromJson} is the inverse.
 * An error that is not the library's own keeps its `code` and `retryable`, if it has them.
 */
export function errorToJson(error: unknown, options: ErrorJsonOptions = {}): ErrorJson {
  const { details } = checkOptions('errorToJson', options, ERROR_JSON_OPTIONS);
  return toJson(error, details, MAX_CAUSES);
}

type Fields = Record<keyof ErrorJson, unknown>;

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

function isFailure(value: unknown): value is errors.DownloadError['failures'][number] {
  const { location, reason } = (value ?? {}) as Record<string, unknown>;
  return typeof location === 'string' && typeof reason === 'string';
}

/** The library's own error; undefined when parts are missing or the code is unknown. */
function ownError({ code, subject, expected, received, hint, failures }: Fields, cause: unknown): Error | undefined {
  if (typeof subject !== 'string' || typeof expected !== 'string' || typeof received !== 'string') return undefined;
  const parts = { name: subject, expected, received, hint: textOf(hint), cause };
  if (code === 'ERR_DOWNLOAD' && Array.isArray(failures) && failures.every(isFailure)) {
    return new DownloadError({ ...parts, failures });
  }
  return typeof code === 'string' && Object.hasOwn(CLASSES, code) ? new CLASSES[code](parts) : undefined;
}

function fromJson(json: object, causesLeft: number): Error {
  const fields = json as Fields;
  const { code, message, retryable, name, stack, cause } = fields;
  const why =
    typeof cause === 'object' && cause !== null && causesLeft > 0 ? fromJson(cause, causesLeft - 1) : undefined;
  const error =
    ownError(fields, why) ??
    Object.assign(new Error(textOf(message) ?? 'unknown', why && { cause: why }), {
      name: textOf(name) ?? 'Error',
      code: textOf(code) ?? INTERNAL,
      retryable: retryable === true,
    });
  if (typeof stack === 'string') error.stack = stack;
  return error;
}

/**
 * The inverse of {@link errorToJson}: an error of the same class with the same fields. An error that is not the library's own,
 * or that comes from a newer version, becomes an `Error` with the same `name`, `message`, `code` and `retryable`.
 *
 * @param json a parsed {@link ErrorJson}; other fields are ignored
 * @throws InvalidOptionError when it is not an {@link ErrorJson}
 */
export function errorFromJson(json: unknown): Error {
  if (typeof json === 'object' && json !== null && 'code' in json && 'message' in json)
    return fromJson(json, MAX_CAUSES);
  throw new errors.InvalidOptionError({
    name: 'the error',
    expected: 'an object as errorToJson makes it',
    received: describe(json),
  });
}
