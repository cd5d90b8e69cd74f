import { createHash } from 'node:crypto';
import { errorToJson } from '../../detector/error-json.js';
import { resultToJson } from '../../detector/result-to-json.js';
import { FileAccessError, InvalidOptionError, PoisonImageError, WorkerLostError } from '../../errors.js';
import { imageFromTensor } from '../../image/image-from-tensor.js';
import { encodeImage } from '../../node/images/image-codecs.js';
import { encodedImageChecks } from '../../node/images/image-file.js';
import type { Pool } from '../../node/pool/create-pool.js';
import type { Source } from '../places/place.js';
import { redact } from '../redact.js';
import { type RunSettings, splitOptions } from '../run/recipe.js';

/** Number of crashes or timeouts after which an image is given up. */
export const TRIES = 3;

/** The image's name in messages. The line itself has the real name. */
const NAME = 'the image';

/** A finished image of a run. */
export interface Done {
  line: string;
  faces: number;
  /** The reason when there is no result. */
  error?: unknown;
  /** Whether the result was reused from an earlier run. */
  isReused?: boolean | undefined;
}

export interface AnalyzeContext {
  source: Source;
  pool: Pick<Pool, 'detect' | 'detectJson' | 'workers'>;
  options: RunSettings;
  /** Time limit of one image, its wait for a thread included, milliseconds. */
  imageTimeoutMs: number;
  /** Aborted when the worker stops. Reading from a storage that does not answer then ends. */
  stop: AbortSignal;
  /** The line of an earlier run for an image with this digest. */
  earlier(key: string, sha256: string): string | undefined;
  /** Writes a crop. @returns its path */
  writeCrop(file: string, png: Uint8Array): Promise<string>;
}

/** A line for an image without a result. */
export function failureLine(key: string, error: unknown, sha256?: string): string {
  const json = errorToJson(error);
  return JSON.stringify({ image: redact(key), error: { ...json, message: redact(json.message) }, sha256 });
}

/**
 * Reads one image and finds its faces. Errors of the image become its line.
 * @returns undefined when the image was not read because the worker stops
 * @throws errors that are not the image's fault: wrong options, no running thread, crops that cannot be written
 */
export async function analyzeImage(key: string, index: number, context: AnalyzeContext): Promise<Done | undefined> {
  const failed = (error: unknown, sha256?: string): Done => ({
    line: failureLine(key, error, sha256),
    faces: 0,
    error,
  });
  const { maxPixels } = context.options;
  let bytes: Uint8Array | undefined;
  try {
    const checks = encodedImageChecks({ maxPixels, name: NAME });
    bytes = await context.source.read(key, { ...checks, signal: context.stop });
  } catch (error) {
    if (context.stop.aborted) return undefined;
    return failed(error);
  }
  if (!bytes) {
    return failed(new FileAccessError({ name: NAME, expected: 'a file', received: 'nothing there' }));
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const earlier = context.earlier(key, sha256);
  if (earlier !== undefined) return { line: earlier, faces: 0, isReused: true };
  try {
    return await findFaces(key, index, bytes, sha256, context);
  } catch (error) {
    if (error instanceof InvalidOptionError || error instanceof CropWriteError) throw error;
    if (error instanceof WorkerLostError && context.pool.workers === 0) throw error;
    return failed(error, sha256);
  }
}

/** An error that is not the image's fault. */
class CropWriteError extends Error {}

async function findFaces(
  key: string,
  index: number,
  bytes: Uint8Array,
  sha256: string,
  context: AnalyzeContext,
): Promise<Done> {
  const { pool, options, imageTimeoutMs } = context;
  const { crops, ...all } = options;
  const { analysis, json: wanted } = splitOptions(all);
  const name = redact(key);
  for (let attempt = 1; ; attempt++) {
    const limit = new AbortController();
    // AbortSignal.timeout would keep its timer after the end of the image, so that timers would pile up.
    const timer = setTimeout(() => limit.abort(), imageTimeoutMs);
    const call = { ...analysis, signal: limit.signal };
    try {
      if (!crops) {
        const { bytes: json, faces } = await pool.detectJson(bytes, { ...call, ...wanted, name });
        return { line: withDigest(Buffer.from(json).toString('utf8'), sha256), faces };
      }
      const result = await pool.detect(bytes, { ...call, name });
      const files: string[] = [];
      // One by one, so that an image with many faces does not fill the memory.
      for (const [i, { crop, cropChannelOrder }] of result.faces.entries()) {
        const png = await encodeImage(imageFromTensor(crop, cropChannelOrder), 'png');
        files.push(await write(context, `${index}.face-${i + 1}.png`, png));
      }
      const json = JSON.stringify({ ...resultToJson(result, wanted), crops: files });
      return { line: withDigest(json, sha256), faces: result.faces.length };
    } catch (error) {
      const isLost = error instanceof WorkerLostError || call.signal.aborted;
      if (!isLost) throw error;
      // When no thread is left, it is not the image's fault.
      if (error instanceof WorkerLostError && pool.workers === 0) throw error;
      if (attempt === TRIES) throw poison(call.signal.aborted ? `${imageTimeoutMs / 1000} s of work` : String(error));
    } finally {
      clearTimeout(timer);
    }
  }
}

const write = (context: AnalyzeContext, file: string, png: Uint8Array) =>
  context.writeCrop(file, png).catch((cause) => {
    throw new CropWriteError('a crop could not be written', { cause });
  });

/** Adds the digest at the end, because a line must begin with the image's name. */
const withDigest = (json: string, sha256: string) => `${json.slice(0, -1)},"sha256":"${sha256}"}`;

/** The error of an image that has ended its worker too often. */
export const poison = (how: string): PoisonImageError =>
  new PoisonImageError({
    name: NAME,
    expected: 'a result',
    received: `${how}, ${TRIES} times`,
    hint: 'Look at the image, and try it again with `facial-lmk fleet retry`.',
  });
