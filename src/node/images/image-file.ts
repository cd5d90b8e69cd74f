import { fileURLToPath } from 'node:url';
import { asError, reasonOf } from '../../as-error.js';
import { type Checked, type ChecksOf, checkOptions, integerIn, oneOf, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import { abortable } from '../../detector/abortable.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import { ImageDecodeError, ImageFormatError, InvalidOptionError } from '../../errors.js';
import { checkText } from '../../options.js';
import type { PixelImage } from '../../types.js';
import { type ReadOptions, readRegularFile } from '../files/read-regular-file.js';
import { makeFirstFrameOpaque } from './gif-blocks.js';
import { availableDecoders, DECODE, DECODER_FORMATS, type Decoder, decodingBytes, reduction } from './image-codecs.js';
import { checkFormat, type ImageFormat, type ImageHeader, readImageHeader, SNIFFED_BYTES } from './image-format.js';
import type { Pixels } from './jimp/pixels.js';

export interface DecodeOptions {
  /**
   * `sharp` gives the pixels of OpenCV's `imread`; `jimp` is pure JavaScript, slower, and differs: on JPEGs by rounding
   * and smoother colours, on 16-bit PNGs by 1 (it rounds where OpenCV takes the high byte).
   * Default `auto`: sharp if it can be loaded, else jimp; each is used for the formats that the other cannot read.
   */
  decoder?: 'auto' | Decoder | undefined;
  /**
   * Larger images are refused by their header, before anything is decoded. Default 178956970, Pillow's limit for decompression
   * bombs: the decoded pixels take half a gigabyte.
   */
  maxPixels?: number | undefined;
  /**
   * `fast` reduces large images while decoding, if the decoder can: sharp reduces JPEGs of 3840 pixels or more on the longer
   * side by 2, 4 or 8, never below 1920. Coordinates stay in pixels of the whole image; crops show the smaller one. It has no
   * effect together with `withPixels`. Default `exact`: every pixel, and the merged model's numbers.
   */
  decode?: 'exact' | 'fast' | undefined;
  /** The image's name in messages. */
  name?: string | undefined;
  /**
   * Aborting rejects with the signal's reason: at once while the image is read, or is waiting for or decoded by jimp; with sharp,
   * which cannot be aborted, when it has finished.
   */
  signal?: AbortSignal | undefined;
}

const DEFAULT_MAX_PIXELS = 178_956_970;

/** Checks and defaults of the options. */
export const DECODE_OPTIONS = {
  decoder: orElse('auto', oneOf(['auto', 'sharp', 'jimp'])),
  maxPixels: orElse(DEFAULT_MAX_PIXELS, integerIn(1, Number.MAX_SAFE_INTEGER)),
  decode: orElse('exact', oneOf(['exact', 'fast'])),
  name: optional(checkText),
  signal: optional(checkAbortSignal),
} satisfies ChecksOf<DecodeOptions>;
export type DecodeSettings = Checked<typeof DECODE_OPTIONS>;

/** Decoded pixels, and their decoder. */
export interface DecodedImage extends PixelImage {
  channelOrder: 'rgb';
  /** The decoder that was used. The two give different pixels for the same JPEG. */
  decoder: Decoder;
  format: ImageFormat;
  /** Only of an image that `decode: 'fast'` reduced: its upright size before that. */
  fullSize?: { width: number; height: number } | undefined;
}

/** Waits until this many bytes of memory may be used. */
export type Reserve = (bytes: number) => Promise<void>;

async function chooseDecoder(wanted: 'auto' | Decoder, format: ImageFormat, name: string): Promise<Decoder> {
  if (wanted === 'sharp' && !(await availableDecoders()).includes(wanted)) {
    throw new InvalidOptionError({
      name: 'decoder',
      expected: '"jimp" or "auto" where sharp cannot be loaded',
      received: '"sharp"',
      hint: 'Install sharp: `npm install sharp`.',
    });
  }
  const candidates = wanted === 'auto' ? await availableDecoders() : [wanted];
  const decoder = candidates.find((candidate) => DECODER_FORMATS[candidate].includes(format));
  if (decoder) return decoder;
  throw new ImageFormatError({
    name,
    expected: `a format that ${candidates.join(' or ')} reads (${candidates.flatMap((c) => DECODER_FORMATS[c]).join(', ')})`,
    received: format,
    hint:
      format === 'heif'
        ? CONVERT_HEIF
        : wanted === 'auto'
          ? 'Install sharp: `npm install sharp`.'
          : 'Use `decoder: "auto"`.',
  });
}

/** Refuses files with more bytes than four samples of 16 bits for each pixel, and room for metadata. */
function checkEncodedBytes(received: number, { maxPixels }: Pick<DecodeSettings, 'maxPixels'>, name: string): void {
  const limit = 8 * maxPixels + 2 ** 26;
  if (received <= limit) return;
  throw new ImageDecodeError({ name, expected: `at most ${limit} encoded bytes`, received: `${received} or more` });
}

/** Checks while an encoded image is read from any source: the number of bytes, and the format. */
export function encodedImageChecks({
  maxPixels,
  name,
}: {
  maxPixels: number;
  name: string;
}): Required<Pick<ReadOptions, 'checkLength' | 'checkStart'>> {
  return {
    checkLength: (length) => checkEncodedBytes(length, { maxPixels }, name),
    checkStart: (start) => checkFormat(start, name),
  };
}

function checkSize({ width, height }: ImageHeader, maxPixels: number, name: string): void {
  if (width * height <= maxPixels) return;
  throw new ImageDecodeError({
    name,
    expected: `at most ${maxPixels} pixels`,
    received: `${width} x ${height} = ${width * height}`,
    hint: 'Reduce the image, or raise `maxPixels` if you trust its source.',
  });
}

/**
 * Encoded bytes -> RGB pixels, upright by their EXIF orientation, first frame of an animation. Transparency is dropped: a pixel has
 * its stored colour, however transparent. Parts of the canvas that the frame of an animation does not cover are black.
 * @throws ImageFormatError for another format
 * @throws ImageDecodeError for damaged or truncated bytes, or more than `maxPixels`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeCopy(bytes, checkOptions('decodeImage', options, DECODE_OPTIONS));
}

const UNNAMED = 'the image';

/** {@link decodeImage} with its options checked. */
export async function decodeCopy(
  bytes: Uint8Array,
  settings: DecodeSettings,
  reserve?: Reserve,
): Promise<DecodedImage> {
  const name = settings.name ?? UNNAMED;
  if (!(bytes instanceof Uint8Array)) {
    throw new InvalidOptionError({ name, expected: 'a Uint8Array of encoded bytes', received: describe(bytes) });
  }
  checkEncodedBytes(bytes.length, settings, name);
  // Decodes a copy, because the caller may change or transfer the bytes meanwhile. An array whose memory was transferred before
  // is empty, and must not be copied.
  return decodeOwn(bytes.length === 0 ? new Uint8Array() : new Uint8Array(bytes), settings, reserve);
}

/** Decodes bytes that are not used elsewhere and have their own buffer. */
async function decodeOwn(bytes: Uint8Array, settings: DecodeSettings, reserve?: Reserve): Promise<DecodedImage> {
  const { name = UNNAMED, maxPixels, signal } = settings;
  const header = readImageHeader(bytes, name);
  checkSize(header, maxPixels, name);
  const decoder = await chooseDecoder(settings.decoder, header.format, name);
  await reserve?.(decodingBytes(decoder, header));
  try {
    signal?.throwIfAborted();
    if (header.format === 'gif') makeFirstFrameOpaque(bytes);
    const factor = settings.decode === 'fast' ? reduction(decoder, header) : 1;
    const pixels = await DECODE[decoder](bytes, header, maxPixels, signal, factor);
    checkDecoded(pixels, header);
    return { ...pixels, channelOrder: 'rgb', decoder, format: header.format };
  } catch (cause) {
    signal?.throwIfAborted();
    if (header.format === 'heif' && UNSUPPORTED.test(asError(cause).message))
      throw unsupportedHeif(name, decoder, cause);
    throw new ImageDecodeError({
      name,
      expected: `a whole ${header.format}`,
      received: `bytes that ${decoder} cannot decode (${reasonOf(cause)})`,
      hint: HINTS[decoder],
      cause,
    });
  }
}

/** libheif's message when it was built without the codec. sharp's own builds have AV1, but not HEVC, which is patented. */
const UNSUPPORTED = /not been built in|unsupported codec|no decoding plugin/i;

const CONVERT_HEIF =
  'Convert it to JPEG: `sips -s format jpeg photo.heic --out photo.jpg` on macOS, `heif-convert photo.heic photo.jpg` with libheif.';

const unsupportedHeif = (name: string, decoder: Decoder, cause: unknown) =>
  new ImageFormatError({
    name,
    expected: 'a HEIF image in a codec that can be decoded here',
    received: `one in a codec that ${decoder} was built without, as in the HEIC of phones`,
    hint: CONVERT_HEIF,
    cause,
  });

const HINTS: Record<Decoder, string> = {
  sharp: 'The file is damaged, cut off, or of a kind that sharp does not read; save it as PNG.',
  jimp: 'The file is damaged, cut off, or of a kind that jimp does not read; try sharp, or save it as PNG.',
};

/** Refuses pixels of another size than the header states, because the check of the size was based on the header. */
function checkDecoded({ data, width, height, fullSize }: Pixels, header: ImageHeader): void {
  const found = fullSize ?? { width, height };
  // AVIF and HEIF have their own ways to rotate and crop images; the others can be rotated by EXIF.
  const sides = [`${header.width} x ${header.height}`, `${header.height} x ${header.width}`];
  const size = `${found.width} x ${found.height}`;
  if (header.format !== 'avif' && header.format !== 'heif' && !sides.includes(size)) {
    throw new Error(`${size} pixels where the header says ${sides[0]}`);
  }
  if (data.length !== width * height * 3) throw new Error(`${data.length} samples for ${width} x ${height} pixels`);
}

/**
 * Reads and decodes an image file. Only regular files are read: directories, pipes and devices are refused before they could block.
 * @throws FileAccessError, ImageDecodeError
 */
export async function readImage(path: string | URL, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeFile(path, checkOptions('readImage', options, DECODE_OPTIONS));
}

/** {@link readImage} with its options checked. */
export async function decodeFile(
  path: string | URL,
  settings: DecodeSettings,
  reserve?: Reserve,
): Promise<DecodedImage> {
  const file = path instanceof URL ? urlToPath(path) : checkText('the path', path);
  const named = { ...settings, name: settings.name ?? file };
  return decodeOwn(await readFileBytes(file, named), named, reserve);
}

function readFileBytes(file: string, settings: DecodeSettings & { name: string }): Promise<Uint8Array> {
  return readRegularFile(file, { ...encodedImageChecks(settings), signal: settings.signal });
}

/** The encoded image of a file in its own buffer. */
export async function readEncodedFile(path: string, options: DecodeOptions): Promise<Uint8Array> {
  const settings = checkOptions('readEncodedFile', options, DECODE_OPTIONS);
  return readFileBytes(path, { ...settings, name: settings.name ?? path });
}

/**
 * Reads and decodes an image from a stream, e.g. standard input. Reading ends when there are more bytes than an image of `maxPixels` can have.
 * @throws ImageDecodeError, and what the stream throws
 */
export async function readImageStream(
  stream: AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  const settings = checkOptions('readImageStream', options, DECODE_OPTIONS);
  return decodeOwn(await readEncoded(stream, settings), settings);
}

/** The encoded image of a stream in its own buffer. */
export async function readEncoded(stream: AsyncIterable<Uint8Array>, options: DecodeOptions): Promise<Uint8Array> {
  const settings = checkOptions('readEncoded', options, DECODE_OPTIONS);
  const { name = UNNAMED, signal } = settings;
  const refuse = (value: unknown): never => {
    throw new InvalidOptionError({ name, expected: 'a stream of Uint8Arrays', received: describe(value) });
  };
  if (!isIterableObject(stream)) refuse(stream);
  const gather = async () => {
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      if (!(chunk instanceof Uint8Array)) refuse(chunk);
      received += chunk.length;
      checkEncodedBytes(received, settings, name);
      chunks.push(chunk);
      if (received - chunk.length < SNIFFED_BYTES) checkFormat(Buffer.concat(chunks), name);
    }
    // Copied, because the memory of Buffer.concat may be part of a shared pool.
    return new Uint8Array(Buffer.concat(chunks));
  };
  return abortable(gather(), signal);
}

/** Strings can be iterated too, but hold no bytes. */
const isIterableObject = (value: unknown) =>
  typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);

function urlToPath(url: URL): string {
  const refuse = (received: string, cause?: unknown): never => {
    throw new InvalidOptionError({
      name: 'the image URL',
      expected: 'a file: URL of this machine',
      received,
      hint: 'Fetch the bytes yourself and pass them as a Uint8Array.',
      cause,
    });
  };
  if (url.protocol !== 'file:') return refuse(url.protocol);
  try {
    return fileURLToPath(url);
  } catch (error) {
    return refuse(url.href, error);
  }
}
