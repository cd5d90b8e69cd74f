import { type Checked, type ChecksOf, checkOptions, integerIn, oneOf, orElse } from '../check-options.js';
import { InvalidImageError, InvalidOptionError } from '../errors.js';
import { channelLayout } from '../image/pixel-image.js';
import { checkBytes } from '../options.js';
import type { PixelImage } from '../types.js';

export interface FrameOptions {
  /** Of each frame, pixels. */
  width: number;
  height: number;
  /** Of its samples, 8 bits each. Default `rgb`, what `ffmpeg -f rawvideo -pix_fmt rgb24 -` writes. */
  channelOrder?: 'rgb' | 'bgr' | 'rgba' | 'bgra' | 'gray' | undefined;
}

const side = integerIn(1, 100_000);
const FRAME_OPTIONS = {
  width: side,
  height: side,
  channelOrder: orElse('rgb', oneOf(['rgb', 'bgr', 'rgba', 'bgra', 'gray'])),
} satisfies ChecksOf<FrameOptions>;

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function* cut(
  stream: Chunks,
  { width, height, channelOrder }: Checked<typeof FRAME_OPTIONS>,
): AsyncGenerator<PixelImage, void, undefined> {
  const size = width * height * channelLayout(channelOrder).pixelStride;
  let data = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of stream) {
    checkBytes('a chunk of the stream', chunk);
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + size - filled);
      data.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < size) continue;
      yield { data, width, height, channelOrder };
      data = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled === 0) return;
  throw new InvalidImageError({
    name: 'the last frame',
    expected: `${size} bytes`,
    received: `${filled}`,
    hint: 'Is the size right? All whole frames were handed out.',
  });
}

/**
 * Cuts a stream of raw video into frames, each in memory of its own.
 * @param stream chunks of any length, as a pipe brings them
 * @throws InvalidOptionError at once; InvalidImageError behind the last whole frame where the stream ends inside of one
 */
export function frames(stream: Chunks, options: FrameOptions): AsyncGenerator<PixelImage, void, undefined> {
  const checked = checkOptions('frames', options, FRAME_OPTIONS);
  const iterable = stream as Partial<AsyncIterable<unknown> & Iterable<unknown>> | undefined;
  if (typeof stream === 'string' || !(iterable?.[Symbol.asyncIterator] || iterable?.[Symbol.iterator])) {
    throw new InvalidOptionError({ name: 'the stream', expected: 'a stream of Uint8Arrays', received: typeof stream });
  }
  return cut(stream, checked);
}
