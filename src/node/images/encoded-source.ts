import { type DecodeOptions, readEncoded } from './image-file.js';

/** An encoded image whose bytes must first be read from an object. */
export type EncodedSource = ArrayBuffer | Blob | ReadableStream<Uint8Array>;

export const isEncodedSource = (input: unknown): input is EncodedSource =>
  input instanceof ArrayBuffer || input instanceof Blob || input instanceof ReadableStream;

/** The name of a `File`. */
export const nameOfSource = (source: EncodedSource): string | undefined =>
  source instanceof Blob && 'name' in source && typeof source.name === 'string' ? source.name : undefined;

/**
 * The bytes of a source. Reading a blob or stream ends when it is longer than an image of `maxPixels` can be, or does not begin like
 * an image.
 * @throws ImageDecodeError, ImageFormatError, the signal's reason, and what the stream throws
 */
export async function readSource(
  source: EncodedSource,
  { maxPixels, name = nameOfSource(source), signal }: Pick<DecodeOptions, 'maxPixels' | 'name' | 'signal'>,
): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const stream = source instanceof Blob ? source.stream() : source;
  return readEncoded(stream as AsyncIterable<Uint8Array>, { maxPixels, name, signal });
}
