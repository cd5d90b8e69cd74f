import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawScene } from '../../src/drawn-faces/draw-scene.js';
import { FileAccessError } from '../../src/errors.js';
import { FacialLandmarkDetector } from '../../src/node/facial-landmark-detector.js';
import { createPool, type Pool } from '../../src/node/pool/create-pool.js';
import type { PixelImage } from '../../src/types.js';

const scene = (faces: number): PixelImage => drawScene({ seed: faces, width: 360, height: 300, faces }).image;
const scenes = [0, 1, 2, 3].map(scene);
let detector: FacialLandmarkDetector;
let pool: Pool;

beforeAll(async () => {
  detector = await FacialLandmarkDetector.load({ networks: 'drawn-faces' });
  pool = await createPool({ networks: 'drawn-faces', workers: 2, maxQueue: 1 });
});
afterAll(() => Promise.all([detector.close(), pool.close()]));

describe.each(['detector', 'pool'] as const)('%s.stream', (name) => {
  const target = () => (name === 'pool' ? pool : detector);

  it('gives results in the order of the inputs, more than the queue holds', async () => {
    const inputs = Array.from({ length: 12 }, (_, i) => scenes[(i * 3) % 4]);
    const counts: [number, number | undefined][] = [];
    for await (const { index, result } of target().stream(inputs)) counts.push([index, result?.faces.length]);
    expect(counts).toEqual(inputs.map((_, i) => [i, (i * 3) % 4]));
  });

  it('goes on after an input that fails', async () => {
    const inputs = [scenes[1], 'missing.jpg', scenes[2]];
    const results = [];
    for await (const one of target().stream(inputs)) results.push(one);
    expect(results.map(({ result }) => result?.faces.length)).toEqual([1, undefined, 2]);
    expect(results[1]).toMatchObject({ index: 1, input: 'missing.jpg' });
    expect(results[1].error).toBeInstanceOf(FileAccessError);
  });

  it('takes an async source, no faster than it is read', async () => {
    let taken = 0;
    async function* source() {
      for (let i = 0; i < 100; i++) {
        taken++;
        yield scenes[1];
      }
    }
    let seen = 0;
    for await (const { result } of target().stream(source(), { concurrency: 3 })) {
      expect(result?.faces).toHaveLength(1);
      expect(taken - seen).toBeLessThanOrEqual(4);
      if (++seen === 5) break;
    }
    // Leaving early takes no further input, and closes the source.
    expect(taken).toBeLessThanOrEqual(9);
  });

  it('hands a failing source on', async () => {
    async function* source() {
      yield scenes[1];
      throw new Error('the disk is gone');
    }
    const read = async () => {
      for await (const _ of target().stream(source()));
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });

  it.each([
    [{ concurrency: 0 }, /concurrency/],
    [{ minscore: 0.9 }, /"minscore"\. Did you mean "minScore"/],
    [{ minScore: 2 }, /minScore/],
    [{ decoder: 'gd' }, /decoder/],
    [null, /the options of stream/],
  ])('refuses %j at once, before it asks for an image', (options, message) => {
    const inputs = {
      [Symbol.iterator](): Iterator<PixelImage> {
        throw new Error('asked');
      },
    };
    expect(() => target().stream(inputs, options as object)).toThrow(message);
  });
});
