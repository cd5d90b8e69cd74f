import { imageSize } from 'image-size';
import { ImageDecodeError, ImageFormatError } from '../../errors.js';
import { heifSize } from './heif-size.js';
import { readJpegHeader } from './jpeg-header.js';
import { readTiffDirectory, TIFF_TAGS } from './tiff-directory.js';

/** Formats that some decoder reads. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'bmp' | 'avif' | 'heif';

export interface ImageHeader {
  format: ImageFormat;
  width: number;
  height: number;
}

/** Seconds that decoding may take: two for each megapixel, where jimp takes 0.3 for a JPEG on one core of a server. */
export const timeLimit = ({ width, height }: ImageHeader) => Math.min(10 + Math.ceil((width * height) / 5e5), 3600);

const SUPPORTED = 'a JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF or HEIF image';

/** Where a format shows its name among the first bytes (Latin-1): what can be read, and what users try. */
const SIGNATURES: readonly (readonly [offset: number, magic: string, format: string])[] = [
  [0, '\xff\xd8\xff', 'jpeg'],
  [0, '\x89PNG\r\n\x1a\n', 'png'],
  [8, 'WEBP', 'webp'],
  [0, 'GIF8', 'gif'],
  [0, 'II*\0', 'tiff'],
  [0, 'MM\0*', 'tiff'],
  [0, 'BM', 'bmp'],
  [4, 'ftyp', 'a video'],
  [0, '\xff\x0a', 'JPEG XL'],
  [4, 'JXL ', 'JPEG XL'],
  [4, 'jP  ', 'JPEG 2000'],
  [0, '%PDF-', 'PDF'],
  [0, '8BPS', 'Photoshop'],
  [0, '\0\0\x01\0', 'an icon'],
  [0, 'PK\x03\x04', 'a zip archive'],
];

/** What a file of ISO boxes holds if it is no video, by the brands that it begins with (ISO/IEC 23008-12, 14496-12). */
function stillFormat(start: string): ImageFormat | undefined {
  const brands = start.slice(8, start.charCodeAt(2) * 256 + start.charCodeAt(3)).match(/.{4}/gs) ?? [];
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return 'avif';
  return brands.some((brand) => /^(he[iv][cxms]|m[is]f1)$/.test(brand)) ? 'heif' : undefined;
}

/** How many bytes tell the format. */
export const SNIFFED_BYTES = 256;

/** What the bytes are, or undefined where nothing tells. */
function sniffFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('latin1');
  const found = SIGNATURES.find(([offset, magic]) => start.startsWith(magic, offset));
  // Its sizes have 16 bits, and no decoder here reads it.
  if (found?.[2] === 'a video') return stillFormat(start) ?? found[2];
  if (found?.[2] === 'bmp' && start.startsWith('\x0c\0\0\0', 14)) return 'a BMP of OS/2';
  if (found) return found[2];
  if (start.includes('<svg')) return 'SVG';
  return /^[\s\x20-\x7e]+$/.test(start) ? 'text' : undefined;
}

const KNOWN_FORMATS: readonly string[] = [
  'jpeg',
  'png',
  'webp',
  'gif',
  'tiff',
  'bmp',
  'avif',
  'heif',
] satisfies ImageFormat[];

/** The first directory's ImageWidth and ImageLength. */
function tiffSize(bytes: Uint8Array): { width: number; height: number } {
  const { entries } = readTiffDirectory(bytes);
  const value = (tag: number) => entries.find((entry) => entry.tag === tag)?.values(1)[0] ?? 0;
  return { width: value(TIFF_TAGS.width), height: value(TIFF_TAGS.height) };
}

/**
 * Own readers where `image-size` goes on beyond the header (through all bytes of a JPEG, past a TIFF's directory), or looks through
 * the rest of the file for each box of a HEIF.
 */
function readSize(format: ImageFormat, bytes: Uint8Array): { width: number; height: number } {
  if (format === 'jpeg') return readJpegHeader(bytes);
  if (format === 'tiff') return tiffSize(bytes);
  return format === 'avif' || format === 'heif' ? heifSize(bytes) : imageSize(bytes);
}

/** @throws ImageFormatError for anything but a readable format */
function formatOf(bytes: Uint8Array, name: string): ImageFormat {
  const format = sniffFormat(bytes);
  if (format !== undefined && KNOWN_FORMATS.includes(format)) return format as ImageFormat;
  throw new ImageFormatError({ name, expected: SUPPORTED, received: format ?? 'bytes of no known image format' });
}

/**
 * Refuses an image by its first bytes, as {@link readImageHeader} will, so that the rest of it need not be read.
 * @param start what has come so far; too little of it is left to later
 * @throws ImageFormatError
 */
export function checkFormat(start: Uint8Array, name: string): void {
  if (start.length >= SNIFFED_BYTES) formatOf(start, name);
}

/**
 * Reads format and size from the first bytes without decoding. The content decides, never a file's name.
 * @param bytes a view of its whole buffer: `image-size` reads past the end of a smaller one
 * @throws ImageFormatError for anything but a readable format, naming what it is instead where that can be told
 * @throws ImageDecodeError for a header that is damaged or cut off
 */
export function readImageHeader(bytes: Uint8Array, name: string): ImageHeader {
  const refuse = (received: string, cause?: unknown): never => {
    throw new ImageDecodeError({ name, expected: SUPPORTED, received, cause });
  };
  if (bytes.length === 0) refuse('no bytes at all');
  const format = formatOf(bytes, name);
  try {
    const { width, height } = readSize(format, bytes);
    if (width > 0 && height > 0) return { format, width, height };
  } catch (cause) {
    return refuse(`a ${format} whose header is damaged or cut off`, cause);
  }
  return refuse(`a ${format} without pixels`);
}
