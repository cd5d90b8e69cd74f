import type { Context } from 'hono';
import { ImageDecodeError } from '../errors.js';
import { readImageHeader } from '../node/images/image-format.js';
import type { EncodedResult } from '../node/pool/encode-result.js';
import { onAbort } from '../runtime/on-abort.js';
import { Semaphore } from '../runtime/semaphore.js';
import { HttpError } from './http-error.js';
import type { ResolvedLimits } from './limits.js';
import { readRequestImage } from './request-image.js';
import type { ServerEnv } from './server-env.js';
import { type Upload, UploadMemory } from './upload-memory.js';

/** Works on one image until it is done or the signal is aborted. The bytes may be taken away. */
export type ImageWork = (bytes: Uint8Array, signal: AbortSignal) => Promise<EncodedResult>;

const stops = () => new HttpError(503, 'ERR_NOT_READY', 'The service stops. Try again soon.');

/**
 * Takes images in and bounds what they take: their number, their time, and the memory of their bodies and answers, until the
 * answer has left. What decoded images take is bounded by whoever works on them.
 */
export class ImageRequests {
  readonly #limits: ResolvedLimits;
  readonly #stopping: AbortSignal;
  readonly #uploads: UploadMemory;
  /** Bytes of answers that have not left. */
  readonly #answers: Semaphore;
  /** Images that arrived whole and whose answer has not left. */
  #taken = 0;

  /** @param stopping what still arrives then is refused */
  constructor(limits: ResolvedLimits, stopping: AbortSignal) {
    const half = Math.ceil(limits.maxMemory / 2);
    this.#limits = limits;
    this.#stopping = stopping;
    this.#uploads = new UploadMemory(Math.max(half, limits.maxBytes));
    this.#answers = new Semaphore(half);
  }

  /**
   * Reads a request's image and has it worked on.
   * @returns an answer whose memory stays taken until it has left
   * @throws HttpError, ImageDecodeError, ImageFormatError, and what the work throws
   */
  async take(context: Context<ServerEnv>, work: ImageWork): Promise<EncodedResult> {
    // Before a body is read, and again when it is there: any number of them may arrive at once.
    this.#checkRoom();
    const upload = this.#uploads.open(this.#limits.maxBytes);
    try {
      await this.#receive(context, upload);
      this.#checkRoom();
      return await this.#answer(upload, work, context);
    } finally {
      upload.release();
    }
  }

  #checkRoom(): void {
    if (this.#stopping.aborted) throw stops();
    const { maxRequests } = this.#limits;
    if (this.#taken < maxRequests) return;
    throw new HttpError(429, 'ERR_QUEUE_FULL', `Expected at most ${maxRequests} images at once. Try again soon.`);
  }

  async #receive(context: Context<ServerEnv>, upload: Upload): Promise<void> {
    const controller = new AbortController();
    const forget = onAbort(this.#stopping, () => controller.abort(stops()));
    try {
      await readRequestImage(context, upload, this.#limits.maxBytes, controller.signal);
    } finally {
      forget();
    }
  }

  async #answer(upload: Upload, work: ImageWork, { req, env }: Context<ServerEnv>): Promise<EncodedResult> {
    this.#taken++;
    const leave = () => {
      this.#taken--;
    };
    try {
      const { result, release } = await this.#withTimeLimit(req.raw.signal, (signal) =>
        this.#workOn(upload.bytes(), work, signal),
      );
      (env?.left ?? Promise.resolve()).then(release).then(leave);
      return result;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @returns the answer, and what gives its memory back */
  async #workOn(
    bytes: Uint8Array,
    work: ImageWork,
    signal: AbortSignal,
  ): Promise<{ result: EncodedResult; release(): void }> {
    this.#checkPixels(bytes);
    const result = await work(bytes, signal);
    const { length } = result.bytes;
    const { maxAnswerBytes } = this.#limits;
    if (length <= maxAnswerBytes) return { result, release: await this.#answers.acquire(length, signal) };
    throw new HttpError(
      422,
      'ERR_ANSWER_SIZE',
      `Expected an answer of at most ${maxAnswerBytes} bytes but it has ${length}. Send a smaller image.`,
    );
  }

  /** Here, and not by the work: what is refused needs no worker, and a client can raise no limit. */
  #checkPixels(bytes: Uint8Array): void {
    const { width, height } = readImageHeader(bytes, 'the image');
    const { maxPixels } = this.#limits;
    if (width * height <= maxPixels) return;
    throw new ImageDecodeError({
      name: 'the image',
      expected: `at most ${maxPixels} pixels`,
      received: `${width} x ${height} = ${width * height}`,
      hint: 'Send a smaller image.',
    });
  }

  /** A timer of its own: those of AbortSignal.timeout live on until they fire, thirty seconds of them. */
  async #withTimeLimit<T>(client: AbortSignal, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const { timeoutMs } = this.#limits;
    const tooSlow = () =>
      controller.abort(
        new HttpError(503, 'ERR_TIMEOUT', `The image took longer than ${timeoutMs / 1000} seconds. Try again later.`),
      );
    const timer = setTimeout(tooSlow, timeoutMs);
    const forget = onAbort(client, () => controller.abort(client.reason));
    try {
      client.throwIfAborted();
      return await job(controller.signal);
    } finally {
      clearTimeout(timer);
      forget();
    }
  }
}
