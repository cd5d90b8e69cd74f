import { readTiffDirectory, TIFF_TAGS } from './tiff-directory.js';

const HEADER = 'Exif\0\0';
/** Where Exif's own fields lie, and what a camera's maker hides among them: often a preview (Exif 2.3, section 4.6). */
const [EXIF_DIRECTORY, MAKER_NOTE] = [0x8769, 0x927c];

/**
 * EXIF without pictures of the photograph: the thumbnail and the maker's note, which holds previews. The orientation goes too, for
 * decoded pixels are upright.
 *
 * @param exif as sharp hands it out, with or without its header
 * @returns a copy with the header; what is removed may still be among its bytes, but nothing leads there, and libexif writes only what
 * something leads to; undefined for bytes that are no EXIF
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
