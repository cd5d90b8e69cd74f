// @ts-check
// The thread that jimp runs in.
import { parentPort } from 'node:worker_threads';
import { CODECS } from './jimp.js';

// omggif and utif2 talk on standard output, which belongs to the program's data.
console.log = () => {};

/** @typedef {{ bytes: Uint8Array, maxPixels: number, isRgbJpeg: boolean }} Job */
/** @typedef {{ data: Uint8Array, width: number, height: number }} Bitmap */

/** @type {(file: Buffer, job: Job) => Bitmap} */
const decodeJpeg = (file, { maxPixels, isRgbJpeg }) =>
  CODECS.jpeg.decode(file, {
    // Its own limits refuse ordinary photographs; `maxPixels` was checked. Coefficients and samples of four components
    // at full resolution take 24 bytes a pixel, and a corner of the frame is padded.
    maxResolutionInMP: Math.ceil(maxPixels / 1e6),
    maxMemoryUsageInMB: 16 + Math.ceil(maxPixels / 32768),
    // Left alone, it takes every three components for luma and chroma.
    ...(isRgbJpeg && { colorTransform: false }),
  });

/**
 * By a file's first byte: who reads its header has told the formats apart already.
 * @type {Map<number, (file: Buffer, job: Job) => Bitmap | Promise<Bitmap>>}
 */
const DECODERS = new Map([
  [0xff, decodeJpeg],
  [0x89, (file) => CODECS.png.decode(file)],
  [0x47, (file) => CODECS.gif.decode(file)],
  [0x42, (file) => CODECS.bmp.decode(file)],
  [0x49, (file) => CODECS.tiff.decode(file)],
  [0x4d, (file) => CODECS.tiff.decode(file)],
]);

/** @param {Job} job */
async function decode(job) {
  const file = Buffer.from(job.bytes.buffer, job.bytes.byteOffset, job.bytes.byteLength);
  const bitmap = await DECODERS.get(file[0])?.(file, job);
  if (!bitmap) throw new Error('a format without a codec');
  const { width, height, data } = bitmap;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { data: rgb, width, height };
}

parentPort?.on('message', async (job) => {
  try {
    const pixels = await decode(job);
    parentPort?.postMessage({ pixels }, [pixels.data.buffer]);
  } catch (error) {
    // Some of these libraries throw strings.
    parentPort?.postMessage({ reason: String(error instanceof Error ? error.message : error).split('\n')[0] });
  }
});
