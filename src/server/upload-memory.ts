import { HttpError } from './http-error.js';

/** First size of a body's buffer, bytes. It doubles when it is full. */
const FIRST_CAPACITY = 65_536;

/** Bytes of one body, as they arrive. */
export class Upload {
  readonly #memory: UploadMemory;
  readonly #limit: number;
  #buffer = new Uint8Array();
  #length = 0;
  /** Bytes of the shared memory that this body holds. */
  #taken = 0;
  #released = false;

  /** @internal Use {@link UploadMemory.open}. */
  constructor(memory: UploadMemory, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
  }

  /**
   * Copies a chunk into the buffer. Chunks are not kept as they are, because a million chunks of one byte would take hundreds of
   * megabytes.
   * @throws HttpError 413 for more than the limit, 429 when other bodies use all the memory
   */
  append(chunk: Uint8Array): void {
    if (this.#released) return;
    const length = this.#length + chunk.length;
    if (length > this.#limit) throw tooLarge(this.#limit);
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  /** The whole body in its own buffer. The bytes are no longer kept here, but their memory counts until `release`. */
  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.slice(0, this.#length);
    this.#buffer = new Uint8Array();
    this.#take(bytes.length);
    return bytes;
  }

  /** Releases the memory. Bytes that arrive later are dropped. */
  release(): void {
    this.#released = true;
    this.#buffer = new Uint8Array();
    this.#take(0);
  }

  #grow(length: number): void {
    const capacity = Math.min(Math.max(length, FIRST_CAPACITY, 2 * this.#buffer.length), this.#limit);
    this.#take(capacity);
    const grown = new Uint8Array(capacity);
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }

  #take(bytes: number): void {
    this.#memory.take(bytes - this.#taken);
    this.#taken = bytes;
  }
}

/**
 * The memory of all bodies that arrive or wait. Bytes count when they arrive, not when they are announced, so that clients that
 * announce 20 MB and send nothing use no memory.
 */
export class UploadMemory {
  #free: number;

  constructor(total: number) {
    this.#free = total;
  }

  open(limit: number): Upload {
    return new Upload(this, limit);
  }

  /** @internal @param bytes to take, or less than 0 to give back */
  take(bytes: number): void {
    if (bytes > this.#free) {
      throw new HttpError(429, 'ERR_UPLOADS_FULL', 'Other images use all the memory. Try again soon.');
    }
    this.#free -= bytes;
  }
}

export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, 'ERR_BODY_SIZE', `Expected at most ${limit} bytes. Send a smaller image.`);
