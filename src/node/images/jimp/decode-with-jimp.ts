import { once } from 'node:events';
// biome-ignore lint/style/useNodejsImportProtocol: webpack packs threads only where the module is called so.
import { Worker } from 'worker_threads';
import { onAbort } from '../../../runtime/on-abort.js';
import { Semaphore } from '../../../runtime/semaphore.js';
import { packagedModule } from '../../package-paths.js';
import { type ImageFormat, type ImageHeader, timeLimit } from '../image-format.js';
import { readJpegHeader } from '../jpeg-header.js';
import { orientationOf, upright } from './orientation.js';
import type { Pixels } from './pixels.js';
import { prepareBmp } from './prepare-bmp.js';
import { prepareGif } from './prepare-gif.js';
import { preparePng } from './prepare-png.js';
import { prepareTiff } from './prepare-tiff.js';

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
const turns = new Semaphore(1);

function startThread(): Worker {
  const options = {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    // The program's own flags (loaders, inspector, heap size) are not meant for this thread.
    execArgv: [],
  };
  const script = packagedModule('node/images/jimp/jimp-thread.js');
  // Written out: bundlers look for exactly this.
  const worker = script
    ? new Worker(script, options)
    : new Worker(new URL('./jimp-thread.js', import.meta.url), options);
  const forget = () => {
    if (thread === worker) thread = undefined;
  };
  // One that dies is replaced at the next image, also when it dies in between.
  return worker.on('error', forget).on('exit', forget);
}

/** One image for the thread. */
interface Job {
  bytes: Uint8Array;
  maxPixels: number;
  isRgbJpeg: boolean;
}

/** What the thread makes of one image. A thread that does not answer in time, or is not waited for any longer, is ended. */
async function ask(job: Job, seconds: number, signal?: AbortSignal) {
  thread ??= startThread();
  const worker = thread;
  const over = new AbortController();
  const forget = onAbort(signal, () => over.abort(signal?.reason));
  const onExit = () => over.abort(new Error('its thread ended'));
  const timer = setTimeout(() => over.abort(new Error(`not done after ${seconds} seconds`)), seconds * 1000);
  worker.once('exit', onExit).ref();
  try {
    worker.postMessage(job);
    const [reply] = (await once(worker, 'message', { signal: over.signal })) as [Reply];
    return reply;
  } catch (error) {
    if (!over.signal.aborted) throw error;
    // It runs nothing but JavaScript, so that it can be ended in the middle.
    await worker.terminate();
    throw over.signal.reason;
  } finally {
    clearTimeout(timer);
    forget();
    // An idle thread keeps no program alive.
    worker.off('exit', onExit).unref();
  }
}

/**
 * Decodes in a thread of its own, with limits on time and memory: jimp's decoders are not made for hostile bytes, and
 * they would block the program. Images go through one after the other, and so do the checks, which take memory too.
 * @throws Error saying in a few words why jimp cannot decode the bytes; the signal's reason as soon as it is aborted
 */
export function decodeWithJimp(
  encoded: Uint8Array,
  header: ImageHeader,
  maxPixels: number,
  signal?: AbortSignal,
): Promise<Pixels> {
  const decode = async () => {
    const bytes = (await PREPARE[header.format]?.(encoded, header)) ?? encoded;
    signal?.throwIfAborted();
    const isRgbJpeg = header.format === 'jpeg' && readJpegHeader(bytes).isRgb;
    const { pixels, reason } = await ask({ bytes, maxPixels, isRgbJpeg }, timeLimit(header), signal);
    if (!pixels) throw new Error(reason);
    return upright(pixels, orientationOf(header.format, encoded));
  };
  return turns.run(1, decode, signal);
}
