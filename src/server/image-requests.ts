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

/** Works on one image until it is done or the signal is aborted. May transfer the bytes to another thread. */
export type ImageWork = (bytes: Uint8Array, signal: AbortSignal) => Promise<EncodedResult>;

const stops = () => new HttpError(503, 'ERR_NOT_READY', 'The service is stopping. Try again soon.');

/**
 * Accepts images and limits their number, their time, and the memory of their bodies and answers. An answer counts until it has
 * been sent. The memory of decoded images is limited by the pool.
 */
export class ImageRequests {
  readonly #limits: ResolvedLimits;
  readonly #stopping: AbortSignal;
  readonly #uploads: UploadMemory;
  /** Memory of answers that are not sent yet, bytes. */
  readonly #answers: Semaphore;
  /** Number of images that have arrived and whose answer is not sent yet. */
  #taken = 0;

  /** @param stopping when aborted, new images are refused */
  constructor(limits: ResolvedLimits, stopping: AbortSignal) {
    const half = Math.ceil(limits.maxMemory / 2);
    this.#limits = limits;
    this.#stopping = stopping;
    this.#uploads = new UploadMemory(Math.max(half, limits.maxBytes));
    this.#answers = new Semaphore(half);
  }

  /**
   * Reads a request's image and works on it.
   * @returns an answer; its memory counts until it has been sent
   * @throws HttpError, ImageDecodeError, ImageFormatError, and what the work throws
   */
  async take(context: Context<ServerEnv>, work: ImageWork): Promise<EncodedResult> {
    // Checked before the body is read, and again afterwards, because other images may have arrived meanwhile.
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

  /** @returns the answer, and a function that releases its memory */
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

  /** Checked here, so that an image that is too large does not wait for a worker, and so that no client can raise the limit. */
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

  /** Uses its own timer, because those of AbortSignal.timeout stay until they fire, here after thirty seconds. */
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
