import { readTiffDirectory, TIFF_TAGS } from './tiff-directory.js';

const HEADER = 'Exif\0\0';
/** Tags of the Exif directory and of the maker note in it, which often holds a preview (Exif 2.3, section 4.6). */
const [EXIF_DIRECTORY, MAKER_NOTE] = [0x8769, 0x927c];

/**
 * EXIF without the thumbnail and the maker note, which show the original photograph, and without the orientation, because decoded
 * pixels are upright.
 *
 * @param exif as sharp returns it, with or without its header
 * @returns a copy with the header; undefined for bytes that are not EXIF. Removed fields are only unlinked; libexif, which writes the
 * file, does not copy bytes without a link.
 */
export function cleanExif(exif: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(exif);
  const tiff = bytes.toString('latin1', 0, HEADER.length) === HEADER ? bytes.subarray(HEADER.length) : bytes;
  try {
    const { entries, nextPosition } = readTiffDirectory(tiff);
    tiff.fill(0, nextPosition, nextPosition + 4);
    const [own] = entries.find(({ tag }) => tag === EXIF_DIRECTORY)?.values(1) ?? [];
    entries.find(({ tag }) => tag === TIFF_TAGS.orientation)?.erase(tiff);
    if (own !== undefined) eraseMakerNotes(tiff, own);
    return Buffer.concat([Buffer.from(HEADER, 'latin1'), tiff]);
  } catch {
    return undefined;
  }
}

/** @param at where the directory begins */
function eraseMakerNotes(tiff: Buffer, at: number): void {
  const view = Buffer.from(tiff);
  if (view.toString('latin1', 0, 2) === 'II') view.writeUInt32LE(at, 4);
  else view.writeUInt32BE(at, 4);
  for (const entry of readTiffDirectory(view).entries) if (entry.tag === MAKER_NOTE) entry.erase(tiff);
}
