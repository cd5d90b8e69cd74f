import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import type { ImageFormat } from '../image-format.js';
import { readJpegHeader } from '../jpeg-header.js';
import { TIFF_TAGS } from '../tiff-directory.js';
import type { Pixels } from './pixels.js';
import { chunks } from './prepare-png.js';

const EXIF = Buffer.from('eXIf').readUInt32BE();

const [ENTRY_BYTES, SHORT, LONG] = [12, 3, 4];

/**
 * The orientation in a TIFF directory, which an EXIF block is too; 1 where there is none that makes sense. More forgiving
 * than what reads pixels by it: cameras and editors leave EXIF blocks that are cut off or count too many entries.
 */
function tiffOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return 1;
  const littleEndian = view.getUint16(0) === 0x4949;
  if (!littleEndian && view.getUint16(0) !== 0x4d4d) return 1;
  if (view.getUint16(2, littleEndian) !== 42) return 1;
  const start = view.getUint32(4, littleEndian) + 2;
  for (let at = start; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    if ((at - start) / ENTRY_BYTES >= view.getUint16(start - 2, littleEndian)) return 1;
    if (view.getUint16(at, littleEndian) !== TIFF_TAGS.orientation) continue;
    const type = view.getUint16(at + 2, littleEndian);
    if (view.getUint32(at + 4, littleEndian) !== 1) return 1;
    const value =
      type === SHORT ? view.getUint16(at + 8, littleEndian) : type === LONG ? view.getUint32(at + 8, littleEndian) : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The EXIF block of a PNG. */
function pngExif(bytes: Uint8Array): Uint8Array | undefined {
  for (const { type, data } of chunks(bytes)) if (type === EXIF) return data;
  return undefined;
}

const DIRECTORIES: Partial<Record<ImageFormat, (bytes: Uint8Array) => Uint8Array | undefined>> = {
  jpeg: (bytes) => readJpegHeader(bytes).exif,
  png: pngExif,
  tiff: (bytes) => bytes,
};

/** How the stored pixels of a file are turned, 1 (upright) to 8 (Exif 2.3, table 6). */
export function orientationOf(format: ImageFormat, bytes: Uint8Array): number {
  const directory = DIRECTORIES[format]?.(bytes);
  return directory ? tiffOrientation(directory) : 1;
}

/** Turns and mirrors stored pixels so that they stand upright. */
export function upright({ data, width, height }: Pixels, orientation: number): Pixels {
  if (orientation === 1) return { data, width, height };
  const stored = ndarray(data, [height, width, 3]);
  const turned = orientation > 4 ? stored.transpose(1, 0, 2) : stored;
  const [rows, columns] = [
    [3, 4, 7, 8],
    [2, 3, 6, 7],
  ].map((mirrored) => (mirrored.includes(orientation) ? -1 : 1));
  const out = ndarray(new Uint8Array(data.length), turned.shape.slice());
  ops.assign(out, turned.step(rows, columns, 1));
  return { data: out.data, width: out.shape[1], height: out.shape[0] };
}
