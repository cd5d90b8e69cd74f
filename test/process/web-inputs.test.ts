// What the web calls a file, on Node: blobs, files, buffers and streams, by a detector and by a pool.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { ImageDecodeError, ImageFormatError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { encodeImage } from '../../src/node/images/image-codecs.js';
import type { ImageInput } from '../../src/node/images/image-input.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import { DRAWN_FACES } from '../support/drawn-faces.js';

const { image } = drawScene({ seed: 7, width: 480, height: 360, faces: 2 });
let png: Uint8Array<ArrayBuffer>;
let detector: FacialLandmarkDetector;
let pool: Pool;
let expected: string;

beforeAll(async () => {
  png = new Uint8Array(await encodeImage(image, 'png'));
  detector = await FacialLandmarkDetector.load(DRAWN_FACES);
  pool = await createPool({ ...DRAWN_FACES, workers: 1 });
  expected = JSON.stringify((await detector.detect(png)).faces);
});

afterAll(() => Promise.all([detector.close(), pool.close()]));

/** Chunks as they come, and whether the stream was given up. */
function streamOf(chunks: Iterable<Uint8Array>) {
  const state = { cancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      state.cancelled = true;
    },
  });
  return { stream, state };
}

const INPUTS: Record<string, [() => ImageInput, string]> = {
  ArrayBuffer: [() => png.slice().buffer, 'bytes'],
  Blob: [() => new Blob([png]), 'bytes'],
  File: [() => new File([png], 'group.png'), 'group.png'],
  'web stream': [() => streamOf([png.subarray(0, 5), png.subarray(5)]).stream, 'bytes'],
};

describe.each(Object.entries(INPUTS))('%s', (_, [input, name]) => {
  it('gives the faces of its bytes, under its name', async () => {
    for (const target of [detector, pool]) {
      const result = await target.detect(input());
      expect(JSON.stringify(result.faces)).toBe(expected);
      expect(result.image.name).toBe(name);
      expect((await target.detect(input(), { name: 'mine' })).image.name).toBe('mine');
    }
  });

  it('is refused where the image has more pixels than it may', async () => {
    for (const target of [detector, pool]) {
      await expect(target.detect(input(), { maxPixels: 1000 })).rejects.toThrow(ImageDecodeError);
    }
  });
});

describe('a stream without an end', () => {
  function* endless(first: Uint8Array) {
    yield first;
    while (true) yield new Uint8Array(2 ** 20);
  }

  it('is given up where no image could be longer, or where it begins as none', async () => {
    for (const target of [detector, pool]) {
      const long = streamOf(endless(png));
      await expect(target.detect(long.stream, { maxPixels: 1000 })).rejects.toThrow(/encoded bytes/);
      expect(long.state.cancelled).toBe(true);
      const other = streamOf(endless(new TextEncoder().encode('no image at all, but words')));
      await expect(target.detect(other.stream)).rejects.toThrow(ImageFormatError);
      expect(other.state.cancelled).toBe(true);
    }
  });

  it('is given up by an abort, and the pool goes on', async () => {
    for (const target of [detector, pool]) {
      const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
      const controller = new AbortController();
      const call = target.detect(stream, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('enough')), 20);
      await expect(call).rejects.toThrow('enough');
      expect((await target.detect(png)).faces).toHaveLength(2);
    }
  });
});
