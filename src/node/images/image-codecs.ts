import { reasonOf } from '../../as-error.js';
import { checkOptions, integerIn, orElse } from '../../check-options.js';
import { InvalidImageError, InvalidOptionError } from '../../errors.js';
import { packPixels } from '../../image/pack-pixels.js';
import { checkChoice } from '../../options.js';
import type { PixelImage } from '../../types.js';
import { type ImageFormat, type ImageHeader, timeLimit } from './image-format.js';
import type { Pixels } from './jimp/pixels.js';
import { prepareTiff } from './sharp/prepare-tiff.js';

export type Decoder = 'sharp' | 'jimp';

/** The formats that each decoder reads. */
export const DECODER_FORMATS: Record<Decoder, readonly ImageFormat[]> = {
  sharp: ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heif'],
  jimp: ['jpeg', 'png', 'gif', 'tiff', 'bmp'],
};

// Not a literal in the import, because bundlers would try to pack its native code.
const SHARP = 'sharp';

// A decoder is loaded when it is first needed, because loading jimp takes a quarter of a second.
const loadSharp = async () => {
  const { default: sharp } = await import(/* webpackIgnore: true */ /* @vite-ignore */ SHARP);
  return sharp as typeof import('sharp').default;
};
const loadJimp = async () => (await import('./jimp/jimp.js')).CODECS;

/** The decoders that can be loaded on this machine. */
export async function availableDecoders(): Promise<Decoder[]> {
  return loadSharp().then(
    () => ['sharp', 'jimp'],
    () => ['jimp'],
  );
}

/** The loaders of libvips for the formats that sharp reads here. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`);

/**
 * Blocks all other loaders of libvips (SVG, PDF, camera raw and others), and reading files by path. It affects the whole process, so
 * that only programs call it, not the library: an application may use sharp for other formats.
 */
export async function restrictLoaders(): Promise<void> {
  const sharp = await loadSharp().catch(() => undefined);
  sharp?.block({ operation: ['VipsForeignLoad'] });
  sharp?.unblock({ operation: LOADERS });
}

/** CMYK to RGB as OpenCV converts it. The samples of JPEG files are inverted. */
function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const k = 255 - cmyk[from + 3];
    for (let channel = 0; channel < 3; channel++) rgb[to++] = k - ((cmyk[from + channel] * k) >> 8);
  }
  return rgb;
}

/** Gray as three equal channels. */
function grayToRgb(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * gray.length);
  for (let from = 0, to = 0; from < gray.length; from++, to += 3) rgb[to] = rgb[to + 1] = rgb[to + 2] = gray[from];
  return rgb;
}

/** Smallest longer side of reduced images, pixels: three times the side of a detector's input. */
const REDUCED_SIDE = 1920;

/**
 * The factor by which a decoder may reduce an image while decoding. libjpeg can decode each block of 8 x 8 pixels to 4 x 4, 2 x 2 or
 * one pixel.
 * @returns 8, 4, 2, or 1 for an image that is not reduced
 */
export function reduction(decoder: Decoder, { format, width, height }: ImageHeader): number {
  if (decoder !== 'sharp' || format !== 'jpeg') return 1;
  return [8, 4, 2].find((factor) => Math.ceil(Math.max(width, height) / factor) >= REDUCED_SIDE) ?? 1;
}

async function decodeWithSharp(
  bytes: Uint8Array,
  header: ImageHeader,
  maxPixels: number,
  _signal: AbortSignal | undefined,
  factor: number,
): Promise<Pixels> {
  const sharp = await loadSharp();
  const toRgb = header.format === 'tiff' ? prepareTiff(bytes) : (samples: Uint8Array) => samples;
  // Fails only on errors: photographs with harmless faults in their metadata are accepted, truncated ones are not.
  // An embedded colour profile is ignored, as OpenCV does.
  const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', ignoreIcc: true });
  const { space, autoOrient } = await image.metadata();
  const cmyk = space === 'cmyk';
  const upright = image.autoOrient();
  if (factor > 1) {
    const side = (pixels: number) => Math.ceil(pixels / factor);
    upright.resize(side(autoOrient.width), side(autoOrient.height), { fit: 'fill' });
  }
  const opaque = upright.removeAlpha();
  const { data, info } = await (cmyk
    ? opaque.pipelineColourspace('cmyk').toColourspace('cmyk')
    : opaque.toColourspace('srgb')
  )
    .raw()
    .timeout({ seconds: timeLimit(header) })
    .toBuffer({ resolveWithObject: true });
  const samples = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rgb = cmyk ? cmykToRgb(samples) : info.channels === 1 ? grayToRgb(samples) : samples;
  const { width, height } = info;
  const fullSize = factor > 1 ? { width: autoOrient.width, height: autoOrient.height } : undefined;
  return { data: toRgb(rgb), width, height, ...(fullSize && { fullSize }) };
}

/**
 * Largest memory for decoding, the decoded pixels included, bytes. Measured on noise in every kind of file
 * (`npm run bench -- decoder-memory`).
 */
export function decodingBytes(decoder: Decoder, { format, width, height }: ImageHeader): number {
  const most = decoder === 'jimp' ? 65 : format === 'avif' || format === 'heif' ? 24 : 12;
  return width * height * most;
}

type Decode = (
  bytes: Uint8Array,
  header: ImageHeader,
  maxPixels: number,
  signal: AbortSignal | undefined,
  factor: number,
) => Promise<Pixels>;

/** Decoders by name. Each throws an Error with a short reason when it cannot decode. Sharp cannot be aborted. */
export const DECODE: Record<Decoder, Decode> = {
  sharp: decodeWithSharp,
  jimp: async (bytes, header, maxPixels, signal) => {
    const { decodeWithJimp } = await import('./jimp/decode-with-jimp.js');
    return decodeWithJimp(bytes, header, maxPixels, signal);
  },
};

const DEFAULT_QUALITY = 90;
const ENCODE_OPTIONS = { quality: orElse(DEFAULT_QUALITY, integerIn(1, 100)) };

/** Formats that can be written. */
export type EncodedFormat = 'png' | 'jpeg' | 'webp';

/** Compact samples in red, green, blue. */
type OwnImage = PixelImage & { data: Uint8Array; channelOrder: 'rgb' };

/**
 * The encoder for a format on this machine.
 * @throws InvalidOptionError when there is none
 */
export async function chooseEncoder(format: EncodedFormat): Promise<Decoder> {
  const [encoder] = await availableDecoders();
  if (encoder === 'jimp' && format === 'webp') {
    throw new InvalidOptionError({
      name: 'format',
      expected: '"png" or "jpeg" where sharp is not installed',
      received: '"webp"',
      hint: 'Install sharp: `npm install sharp`.',
    });
  }
  return encoder;
}

/**
 * Pixels -> an encoded image, by sharp where it can be loaded, else by jimp (which writes no WebP).
 * @param options.quality 1 to 100, for JPEG and WebP; default 90
 * @throws InvalidImageError, InvalidOptionError
 */
export async function encodeImage(
  image: PixelImage,
  format: EncodedFormat,
  options: { quality?: number | undefined } = {},
): Promise<Uint8Array> {
  checkChoice('format', format, ['png', 'jpeg', 'webp'] as const);
  const { quality } = checkOptions('encodeImage', options, ENCODE_OPTIONS);
  // Encodes a copy, because the caller may change or transfer the pixels meanwhile.
  return encode(image, format, quality, (order) => packPixels(image, order));
}

/** {@link encodeImage} for compact pixels that are not used elsewhere. They are copied only if the encoder needs another order. */
export async function encodeOwnImage(image: OwnImage, format: EncodedFormat): Promise<Uint8Array> {
  return encode(image, format, DEFAULT_QUALITY, (order) => (order === 'rgb' ? image.data : packPixels(image, order)));
}

async function encode(
  image: PixelImage,
  format: EncodedFormat,
  quality: number,
  samplesIn: (order: 'rgb' | 'rgba') => Uint8Array,
): Promise<Uint8Array> {
  const encoder = await chooseEncoder(format);
  const samples = samplesIn(encoder === 'sharp' ? 'rgb' : 'rgba');
  try {
    return await ENCODE[encoder](samples, image, format, quality);
  } catch (cause) {
    throw unwritable(image, format, cause);
  }
}

/** The colour profile and the EXIF of an encoded image. Empty without sharp, or for formats that it does not read. */
export async function embeddedMetadata(
  bytes: Uint8Array,
): Promise<{ icc?: Uint8Array | undefined; exif?: Uint8Array | undefined }> {
  const sharp = await loadSharp().catch(() => undefined);
  return (
    (await sharp?.(bytes, { limitInputPixels: false })
      .metadata()
      .catch(() => undefined)) ?? {}
  );
}

/**
 * Pixels -> an encoded image with the colour profile and the EXIF from these segments of a JPEG. Sharp writes only metadata of an image
 * that it has read, so it reads an empty JPEG with these segments, and the pixels are laid over that image.
 */
export async function encodeOver(
  { profile, exif }: { profile: readonly Uint8Array[]; exif: readonly Uint8Array[] },
  image: OwnImage,
  format: EncodedFormat,
): Promise<Uint8Array> {
  if (profile.length + exif.length === 0) return encodeOwnImage(image, format);
  const sharp = await loadSharp();
  const { width, height, data } = image;
  try {
    const empty = await sharp({ create: { width, height, channels: 3, background: 'black' } })
      .jpeg()
      .toBuffer();
    const base = Buffer.concat([empty.subarray(0, 2), ...exif, ...profile, empty.subarray(2)]);
    const picture = sharp(base, { ignoreIcc: true, limitInputPixels: false })
      // A view on the same memory, because sharp accepts only Buffers here.
      .composite([
        { input: Buffer.from(data.buffer, data.byteOffset, data.length), raw: { width, height, channels: 3 } },
      ])
      .removeAlpha()
      .toFormat(format, format === 'png' ? {} : { quality: DEFAULT_QUALITY });
    // Without this condition libvips would create EXIF when there is none.
    if (exif.length > 0) picture.keepExif();
    if (profile.length > 0) picture.keepIccProfile();
    return await picture.toBuffer();
  } catch (cause) {
    throw unwritable(image, format, cause);
  }
}

function unwritable({ width, height }: PixelImage, format: EncodedFormat, cause: unknown): InvalidImageError {
  return new InvalidImageError({
    name: 'the image',
    expected: `a size that ${format} can hold`,
    received: `${width} x ${height} (${reasonOf(cause)})`,
    hint: 'Choose another format, or reduce the image.',
    cause,
  });
}

type Encode = (samples: Uint8Array, size: PixelImage, format: EncodedFormat, quality: number) => Promise<Uint8Array>;

const ENCODE: Record<Decoder, Encode> = {
  async sharp(rgb, { width, height }, format, quality) {
    const sharp = await loadSharp();
    return sharp(rgb, { raw: { width, height, channels: 3 } })
      .toFormat(format, format === 'png' ? {} : { quality })
      .toBuffer();
  },
  async jimp(rgba, { width, height }, format, quality) {
    const { png, jpeg } = await loadJimp();
    const bitmap = { data: Buffer.from(rgba.buffer), width, height };
    return format === 'png' ? png.encode(bitmap) : jpeg.encode(bitmap, { quality });
  },
};
