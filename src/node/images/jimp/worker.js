// @ts-check
// The thread that jimp runs in. Plain JavaScript, because a worker is loaded from `src` and from `dist` alike.
import { parentPort } from 'node:worker_threads';
import { Jimp } from './jimp.js';

// omggif and utif2 talk on standard output, which belongs to the program's data.
console.log = () => {};

/** @param {{ bytes: Uint8Array, maxPixels: number, isRgbJpeg: boolean }} job */
async function decode({ bytes, maxPixels, isRgbJpeg }) {
  const { bitmap } = await Jimp.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    'image/jpeg': {
      // Its own limits refuse ordinary photographs; `maxPixels` was checked. Coefficients and samples of four components
      // at full resolution take 24 bytes a pixel, and a corner of the frame is padded.
      maxResolutionInMP: Math.ceil(maxPixels / 1e6),
      maxMemoryUsageInMB: 16 + Math.ceil(maxPixels / 32768),
      // Left alone, it takes every three components for luma and chroma.
      ...(isRgbJpeg && { colorTransform: false }),
    },
  });
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
