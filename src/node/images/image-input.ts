import { describe } from '../../describe.js';
import type { ReadImage } from '../../detector/face-detector.js';
import { InvalidOptionError } from '../../errors.js';
import type { PixelImage } from '../../types.js';
import { type DecodeSettings, decodeCopy, decodeFile, type Reserve } from './image-file.js';

/** A path, a `file:` URL, the bytes of an encoded image, or raw pixels with their channel order. */
export type ImageInput = string | URL | Uint8Array | PixelImage;

/**
 * Refuses what no call can take.
 * @throws InvalidOptionError
 */
export function checkImageInput(input: unknown): asserts input is ImageInput {
  const isObject = typeof input === 'object' && input !== null;
  const isPixels = isObject && 'data' in input && 'channelOrder' in input;
  if (typeof input === 'string' || input instanceof URL || input instanceof Uint8Array || isPixels) return;
  throw new InvalidOptionError({
    name: 'the image',
    expected: 'a path, a file: URL, the bytes of an encoded image, or { data, width, height, channelOrder }',
    received: describe(input),
  });
}

/** Any input as pixels: files are read, encoded bytes decoded, raw pixels taken as they are. */
export async function readPixels(input: ImageInput, settings: DecodeSettings, reserve: Reserve): Promise<ReadImage> {
  checkImageInput(input);
  if (typeof input === 'string' || input instanceof URL) {
    const pixels = await decodeFile(input, settings, reserve);
    return { pixels, name: settings.name ?? String(input), decoder: pixels.decoder };
  }
  if (input instanceof Uint8Array) {
    const pixels = await decodeCopy(input, settings, reserve);
    return { pixels, name: settings.name ?? 'bytes', decoder: pixels.decoder };
  }
  return { pixels: input, name: settings.name ?? 'pixels', decoder: 'none' };
}
