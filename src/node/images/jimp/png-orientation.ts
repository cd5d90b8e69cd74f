import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { readTiffDirectory, TIFF_TAGS } from '../tiff-directory.js';
import type { Pixels } from './pixels.js';
import { chunks } from './prepare-png.js';

const EXIF = Buffer.from('eXIf').readUInt32BE();

/** The orientation in a PNG's EXIF chunk, 1 to 8; 1 where there is none that makes sense. */
export function pngOrientation(bytes: Uint8Array): number {
  for (const { type, data } of chunks(bytes)) {
    if (type !== EXIF) continue;
    try {
      const { entries } = readTiffDirectory(data);
      const value = entries.find(({ tag }) => tag === TIFF_TAGS.orientation)?.values(1)[0] ?? 1;
      return value >= 1 && value <= 8 ? value : 1;
    } catch {
      return 1;
    }
  }
  return 1;
}

/** Turns and mirrors stored pixels so that they stand upright (Exif 2.3, table 6). */
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
