import { describe } from '../../describe.js';
import type { ReadImage } from '../../detector/face-detector.js';
import { InvalidOptionError } from '../../errors.js';
import type { PixelImage } from '../../types.js';
import { type EncodedSource, isEncodedSource, nameOfSource, readSource } from './encoded-source.js';
import { type DecodedImage, type DecodeSettings, decodeCopy, decodeFile, type Reserve } from './image-file.js';

/**
 * A path, a `file:` URL, an encoded image as bytes, `ArrayBuffer`, `Blob`, `File` or web stream, or raw pixels with their
 * channel order.
 */
export type ImageInput = string | URL | Uint8Array | EncodedSource | PixelImage;

/**
 * Refuses what no call can take.
 * @throws InvalidOptionError
 */
export function checkImageInput(input: unknown): asserts input is ImageInput {
  const isObject = typeof input === 'object' && input !== null;
  const isPixels = isObject && 'data' in input && 'channelOrder' in input;
  const isBytes = input instanceof Uint8Array || isEncodedSource(input);
  if (typeof input === 'string' || input instanceof URL || isBytes || isPixels) return;
  throw new InvalidOptionError({
    name: 'the image',
    expected:
      'a path, a file: URL, an encoded image (bytes, ArrayBuffer, Blob, ReadableStream), or { data, width, height, channelOrder }',
    received: describe(input),
  });
}

/** Any input as pixels: files are read, encoded bytes decoded, raw pixels taken as they are. */
export async function readPixels(
  input: ImageInput,
  { withPixels, ...options }: DecodeSettings & { withPixels: boolean },
  reserve: Reserve,
): Promise<ReadImage> {
  checkImageInput(input);
  // Whoever wants the pixels to draw on wants all of them.
  const settings: DecodeSettings = withPixels ? { ...options, decode: 'exact' } : options;
  const read = ({ decoder, fullSize, ...pixels }: DecodedImage, name: string): ReadImage => ({
    pixels,
    name: settings.name ?? name,
    decoder,
    fullSize,
  });
  if (typeof input === 'string' || input instanceof URL) {
    return read(await decodeFile(input, settings, reserve), String(input));
  }
  if (isEncodedSource(input)) {
    const bytes = await readSource(input, settings);
    return read(await decodeCopy(bytes, settings, reserve), nameOfSource(input) ?? 'bytes');
  }
  if (input instanceof Uint8Array) return read(await decodeCopy(input, settings, reserve), 'bytes');
  return { pixels: input, name: settings.name ?? 'pixels', decoder: 'none' };
}
