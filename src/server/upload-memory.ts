import { HttpError } from './http-error.js';

/** Bytes that a body gets first; it doubles as often as need be. */
const FIRST_CAPACITY = 65_536;

/** Bytes of one body, as they arrive. */
export class Upload {
  readonly #memory: UploadMemory;
  readonly #limit: number;
  #buffer = new Uint8Array();
  #length = 0;
  /** What is taken of the memory. */
  #taken = 0;
  #released = false;

  /** @internal Use {@link UploadMemory.open}. */
  constructor(memory: UploadMemory, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
  }

  /**
   * Copies a chunk to the others: kept one by one, a million of single bytes would take hundreds of megabytes.
   * @throws HttpError 413 for more than the limit, 429 where other bodies take all the memory
   */
  append(chunk: Uint8Array): void {
    if (this.#released) return;
    const length = this.#length + chunk.length;
    if (length > this.#limit) throw tooLarge(this.#limit);
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(chunk, this.#length);
    this.#length = length;
  }

  /** All of it, in a buffer that holds nothing else. Nothing is kept here, but its memory stays taken until it is released. */
  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.slice(0, this.#length);
    this.#buffer = new Uint8Array();
    this.#take(bytes.length);
    return bytes;
  }

  /** Gives the memory back; what still arrives is dropped. */
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
 * The memory of all bodies that arrive or wait. It is taken as bytes arrive, not as they are announced: a thousand clients that
 * promise 20 MB and send nothing hold nothing.
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
      throw new HttpError(429, 'ERR_UPLOADS_FULL', 'Other images that arrive take all the memory. Try again soon.');
    }
    this.#free -= bytes;
  }
}

export const tooLarge = (limit: number): HttpError =>
  new HttpError(413, 'ERR_BODY_SIZE', `Expected at most ${limit} bytes. Send a smaller image.`);
