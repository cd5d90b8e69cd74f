import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ImageFormat, type ImageHeader, timeLimit } from '../image-format.js';
import { readJpegHeader } from '../jpeg-header.js';
import { pngOrientation, upright } from './png-orientation.js';
import { prepareBmp } from './prepare-bmp.js';
import { prepareGif } from './prepare-gif.js';
import { preparePng } from './prepare-png.js';
import { prepareTiff } from './prepare-tiff.js';

export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

type Reply = { pixels: Pixels; reason?: undefined } | { pixels?: undefined; reason: string };

/** JavaScript heap of the thread. Samples lie outside it; `PREPARE` bounds them by the size in the header. */
const HEAP_MEGABYTES = 4096;

/** Refuses, or mends, what the decoders behind jimp would get wrong. */
const PREPARE: Partial<
  Record<ImageFormat, (bytes: Uint8Array, header: ImageHeader) => Uint8Array | Promise<Uint8Array>>
> = {
  png: preparePng,
  gif: prepareGif,
  bmp: prepareBmp,
  tiff: prepareTiff,
};

// One thread for all images: starting it and loading jimp takes longer than most images do.
let thread: Worker | undefined;
let lastJob: Promise<unknown> = Promise.resolve();

function startThread(): Worker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    // The program's own flags (loaders, inspector, heap size) are not meant for this thread.
    execArgv: [],
  });
  const forget = () => {
    if (thread === worker) thread = undefined;
  };
  // One that dies is replaced at the next image, also when it dies in between.
  return worker.on('error', forget).on('exit', forget);
}

async function stopThread(): Promise<void> {
  const worker = thread;
  thread = undefined;
  await worker?.terminate();
}

async function runJob(encoded: Uint8Array, header: ImageHeader, maxPixels: number): Promise<Pixels> {
  const bytes = (await PREPARE[header.format]?.(encoded, header)) ?? encoded;
  thread ??= startThread();
  const worker = thread;
  const limit = timeLimit(header);
  const isRgbJpeg = header.format === 'jpeg' && readJpegHeader(bytes).isRgb;
  const deadline = AbortSignal.timeout(limit * 1000);
  worker.ref();
  try {
    worker.postMessage({ bytes, maxPixels, isRgbJpeg });
    const [{ pixels, reason }] = (await once(worker, 'message', { signal: deadline })) as [Reply];
    // jimp turns a JPEG itself.
    if (pixels) return header.format === 'png' ? upright(pixels, pngOrientation(bytes)) : pixels;
    throw new Error(reason);
  } catch (error) {
    if (deadline.aborted) await stopThread();
    throw deadline.aborted ? new Error(`not done after ${limit} seconds`) : error;
  } finally {
    // An idle thread keeps no program alive.
    worker.unref();
  }
}

/**
 * Decodes in a thread of its own, with limits on time and memory: jimp's decoders are not made for hostile bytes, and
 * they would block the program. Images go through one after the other, and so do the checks, which take memory too.
 * @throws Error saying in a few words why jimp cannot decode the bytes
 */
export async function decodeWithJimp(bytes: Uint8Array, header: ImageHeader, maxPixels: number): Promise<Pixels> {
  const job = lastJob.then(() => runJob(bytes, header, maxPixels));
  lastJob = job.catch(() => undefined);
  return job;
}
