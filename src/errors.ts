import { describe } from './describe.js';

/** Refuses parts of an error that are not strings. */
function checkParts(parts: ErrorParts): ErrorParts {
  const { name, expected, received, hint } = parts ?? {};
  const isSound = [name, expected, received, hint ?? ''].every((part) => typeof part === 'string');
  if (isSound) return parts;
  throw new InvalidOptionError({
    name: 'the parts of an error',
    expected: 'strings { name, expected, received }',
    received: describe(parts),
  });
}

function checkFailures(failures: DownloadError['failures']): DownloadError['failures'] {
  const isText = (value: unknown) => typeof value === 'string';
  if (
    Array.isArray(failures) &&
    Array.from(failures).every((failure) => isText(failure?.location) && isText(failure?.reason))
  ) {
    return failures;
  }
  throw new InvalidOptionError({
    name: 'failures',
    expected: 'an array of { location, reason }',
    received: describe(failures),
  });
}

/** The parts of an error message, so that programs need not parse the sentence. */
export interface ErrorParts {
  /** The name of what is wrong: an option, an argument, a file. */
  name: string;
  expected: string;
  received: string;
  /** The way out. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * Base of every error this library throws on purpose.
 * The message reads `Expected X for name but received Y. Hint.`
 */
export abstract class FacialLmkError extends Error {
  // Written out in every class, because bundlers shorten the names of classes.
  abstract override readonly name: string;
  /** The kind of error, e.g. `ERR_INVALID_OPTION`. The same in every bundle, thread, process and version. */
  abstract readonly code: string;
  /** Whether the same call may succeed when it is made again, unchanged. */
  readonly retryable: boolean = false;
  readonly subject: string;
  readonly expected: string;
  readonly received: string;
  readonly hint: string | undefined;

  /** The place in the documentation that explains this error, e.g. `docs/troubleshooting.md#err_invalid_option`. */
  get help(): string {
    return `docs/troubleshooting.md#${this.code.toLowerCase()}`;
  }

  constructor(parts: ErrorParts) {
    const { name, expected, received, hint, cause } = checkParts(parts);
    super(
      `Expected ${expected} for ${name} but received ${received}.${hint ? ` ${hint}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.subject = name;
    this.expected = expected;
    this.received = received;
    this.hint = hint;
  }
}

/** An option or argument outside its range or of another type. */
export class InvalidOptionError extends FacialLmkError {
  readonly name = 'InvalidOptionError';
  readonly code = 'ERR_INVALID_OPTION';
}

/** Raw pixels whose size, stride or length do not fit together, or an image that a stage cannot take. */
export class InvalidImageError extends FacialLmkError {
  readonly name = 'InvalidImageError';
  readonly code = 'ERR_INVALID_IMAGE';
}

/** Encoded image bytes that cannot be decoded: another format, truncated, damaged, too large. */
export class ImageDecodeError extends FacialLmkError {
  readonly name: string = 'ImageDecodeError';
  readonly code: string = 'ERR_IMAGE_DECODE';
}

/** Bytes of a format that no decoder here reads. */
export class ImageFormatError extends ImageDecodeError {
  override readonly name = 'ImageFormatError';
  override readonly code = 'ERR_IMAGE_FORMAT';
}

/** A film that cannot be read or written: no film, without pictures, damaged, or no ffmpeg to do it. */
export class FilmError extends FacialLmkError {
  readonly name = 'FilmError';
  readonly code = 'ERR_FILM';
}

/** A file with labelled faces that cannot be read: another format, damaged, incomplete. */
export class GroundTruthError extends FacialLmkError {
  readonly name = 'GroundTruthError';
  readonly code = 'ERR_GROUND_TRUTH';
}

/** A network with other inputs, outputs or shapes than the stage needs. */
export class ModelContractError extends FacialLmkError {
  readonly name = 'ModelContractError';
  readonly code = 'ERR_MODEL_CONTRACT';
}

/** A model file that is missing. */
export class ModelNotFoundError extends FacialLmkError {
  readonly name = 'ModelNotFoundError';
  readonly code = 'ERR_MODEL_NOT_FOUND';
}

/** A model file that cannot be read as an ONNX network: truncated, another format, wrong digest. */
export class ModelFileError extends FacialLmkError {
  readonly name = 'ModelFileError';
  readonly code = 'ERR_MODEL_FILE';
}

/** Networks whose licence forbids the intended use, or is unknown. */
export class LicenceError extends FacialLmkError {
  readonly name = 'LicenceError';
  readonly code = 'ERR_LICENCE';
}

/** A device that is not available, fails, or gives other results than the processor. */
export class DeviceError extends FacialLmkError {
  readonly name = 'DeviceError';
  readonly code = 'ERR_DEVICE';
}

/** A network failed while running, or returned values that are not valid. */
export class InferenceError extends FacialLmkError {
  readonly name = 'InferenceError';
  readonly code = 'ERR_INFERENCE';
}

/** A model could not be downloaded from any of its locations. */
export class DownloadError extends FacialLmkError {
  readonly name = 'DownloadError';
  readonly code = 'ERR_DOWNLOAD';
  override readonly retryable = true;
  /** What went wrong at each location, in the order they were tried. */
  readonly failures: readonly { location: string; reason: string }[];

  constructor(parts: Omit<ErrorParts, 'received'> & Pick<DownloadError, 'failures'>) {
    const { failures = [], ...rest } = parts ?? {};
    const reasons = checkFailures(failures).map(({ location, reason }) => `${reason} (${location})`);
    super({ ...rest, received: reasons.join(', ') });
    this.failures = failures;
  }
}

/** A file or folder that could not be read or written. */
export class FileAccessError extends FacialLmkError {
  readonly name = 'FileAccessError';
  readonly code = 'ERR_FILE_ACCESS';
}

/** A call on an object that was closed. */
export class ClosedError extends FacialLmkError {
  readonly name = 'ClosedError';
  readonly code = 'ERR_CLOSED';
}

/** More images wait for a worker than the pool allows. */
export class QueueFullError extends FacialLmkError {
  readonly name = 'QueueFullError';
  readonly code = 'ERR_QUEUE_FULL';
  override readonly retryable = true;
}

/** A worker thread of a pool ended while it had work. */
export class WorkerLostError extends FacialLmkError {
  readonly name = 'WorkerLostError';
  readonly code = 'ERR_WORKER_LOST';
  override readonly retryable = true;
}

/** A storage that still did not answer, or was still overloaded, after many tries. */
export class StorageError extends FacialLmkError {
  readonly name = 'StorageError';
  readonly code = 'ERR_STORAGE';
  override readonly retryable = true;
}

/** A queue of shards that cannot be reached, or is full. */
export class QueueUnavailableError extends FacialLmkError {
  readonly name = 'QueueUnavailableError';
  readonly code = 'ERR_QUEUE_UNAVAILABLE';
  override readonly retryable = true;
}

/** An image on which worker threads or processes have died several times. */
export class PoisonImageError extends FacialLmkError {
  readonly name = 'PoisonImageError';
  readonly code = 'ERR_POISON_IMAGE';
}
