/** What an error is about, in parts, so that a program can react to it without reading the sentence. */
export interface ErrorParts {
  /** What the wrong thing is called: an option, an argument, a file. */
  name: string;
  expected: string;
  received: string;
  /** The way out. */
  hint?: string;
  cause?: unknown;
}

/**
 * Base of every error this library throws on purpose.
 * The message reads `Expected X for name but received Y. Hint.`
 */
export abstract class FacialLmkError extends Error {
  /** Stable identifier, e.g. `ERR_INVALID_OPTION`. */
  abstract readonly code: string;
  readonly subject: string;
  readonly expected: string;
  readonly received: string;
  readonly hint: string | undefined;

  constructor({ name, expected, received, hint, cause }: ErrorParts) {
    super(
      `Expected ${expected} for ${name} but received ${received}.${hint ? ` ${hint}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = new.target.name;
    this.subject = name;
    this.expected = expected;
    this.received = received;
    this.hint = hint;
  }
}

/** An option or argument outside its range or of another type. */
export class InvalidOptionError extends FacialLmkError {
  readonly code = 'ERR_INVALID_OPTION';
}

/** Raw pixels whose numbers do not fit together, or an image that a stage cannot take. */
export class InvalidImageError extends FacialLmkError {
  readonly code = 'ERR_INVALID_IMAGE';
}

/** Encoded image bytes that cannot be decoded: another format, truncated, damaged, too large. */
export class ImageDecodeError extends FacialLmkError {
  readonly code: string = 'ERR_IMAGE_DECODE';
}

/** Bytes of a format that no decoder here reads. */
export class ImageFormatError extends ImageDecodeError {
  override readonly code = 'ERR_IMAGE_FORMAT';
}

/** A file that says where the faces of photographs are, and that cannot be read: another format, damaged, incomplete. */
export class GroundTruthError extends FacialLmkError {
  readonly code = 'ERR_GROUND_TRUTH';
}

/** A network that is not what the stage needs: other inputs, outputs, shapes. */
export class ModelContractError extends FacialLmkError {
  readonly code = 'ERR_MODEL_CONTRACT';
}

/** A model file that is missing. */
export class ModelNotFoundError extends FacialLmkError {
  readonly code = 'ERR_MODEL_NOT_FOUND';
}

/** A model file that cannot be read as an ONNX network: truncated, foreign, wrong digest. */
export class ModelFileError extends FacialLmkError {
  readonly code = 'ERR_MODEL_FILE';
}

/** A network failed while running, or returned numbers that no face can have. */
export class InferenceError extends FacialLmkError {
  readonly code = 'ERR_INFERENCE';
}

/** A model could not be downloaded from any of its locations. */
export class DownloadError extends FacialLmkError {
  readonly code = 'ERR_DOWNLOAD';
  /** What went wrong at each location, in the order they were tried. */
  readonly failures: readonly { location: string; reason: string }[];

  constructor({ failures, ...parts }: Omit<ErrorParts, 'received'> & Pick<DownloadError, 'failures'>) {
    super({ ...parts, received: failures.map(({ location, reason }) => `${reason} (${location})`).join(', ') });
    this.failures = failures;
  }
}

/** A file or folder that could not be read or written. */
export class FileAccessError extends FacialLmkError {
  readonly code = 'ERR_FILE_ACCESS';
}

/** A call on something that was closed. */
export class ClosedError extends FacialLmkError {
  readonly code = 'ERR_CLOSED';
}

/** More images wait for a worker than the pool allows. */
export class QueueFullError extends FacialLmkError {
  readonly code = 'ERR_QUEUE_FULL';
}

/** A worker thread of a pool ended while it had work. */
export class WorkerLostError extends FacialLmkError {
  readonly code = 'ERR_WORKER_LOST';
}

/** How a value of any kind reads in an error message: short, with its type visible. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === 'object') return `an object (${value.constructor?.name ?? 'no prototype'})`;
  return String(value);
}
