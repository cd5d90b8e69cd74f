import { describe, expect, it } from 'vitest';
import { InvalidImageError, InvalidOptionError } from '../../src/errors.js';
import { type FrameOptions, frames } from '../../src/tracking/frames.js';

const SIZE: FrameOptions = { width: 2, height: 2, channelOrder: 'gray' };
const bytes = Uint8Array.from({ length: 12 }, (_, i) => i);

async function cut(chunks: readonly Uint8Array[], options = SIZE): Promise<number[][]> {
  const cutOut: Uint8Array[] = [];
  for await (const { data } of frames(chunks, options)) cutOut.push(data as Uint8Array);
  // Only now: frames that shared memory would show the last one.
  return cutOut.map((data) => [...data]);
}

describe('frames', () => {
  it.each([1, 3, 4, 5, 12])('are the same, in whatever chunks they come: %i bytes', async (length) => {
    const chunks = Array.from({ length: Math.ceil(12 / length) }, (_, i) =>
      bytes.subarray(i * length, (i + 1) * length),
    );
    expect(await cut(chunks)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  it('have three samples a pixel where nothing else is said', async () => {
    const [frame] = await cut([bytes], { width: 2, height: 2 });
    expect(frame).toHaveLength(12);
    expect(await cut([])).toEqual([]);
  });

  it('tells of a frame that is cut off, behind the whole ones', async () => {
    const whole: number[] = [];
    const read = async () => {
      for await (const { data } of frames([bytes.subarray(0, 7)], SIZE)) whole.push(data.length);
    };
    await expect(read()).rejects.toThrow(InvalidImageError);
    expect(whole).toEqual([4]);
  });

  it.each([{ width: 0, height: 2 }, { width: 2 }, { width: 2, height: 2, fps: 3 }])('refuses %o at once', (options) => {
    expect(() => frames([bytes], options as never)).toThrow(InvalidOptionError);
  });
});
