import { checkTiffColours } from '../check-tiff-colours.js';
import type { ImageHeader } from '../image-format.js';
import { readTiffDirectory, TIFF_TAGS, type TiffDirectory } from '../tiff-directory.js';
import { inflatedLength } from './inflated-length.js';
import { lzwLength, TIFF_LZW } from './lzw-length.js';
import { packBitsLength } from './pack-bits-length.js';

const [NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS] = [1, 5, 8, 32946, 32773];

/** What a pixel, and an image, may have at most. */
const MOST_SAMPLES = 4;
const MOST_STRIPS = 2 ** 20;

/** What utif2 may see, with the values for which its pixels were found right, and how many there may be; 1 by default, strips by the height. */
const FIELDS = new Map<number, { name: string; allowed?: readonly number[]; most?: number }>([
  [TIFF_TAGS.width, { name: 'width' }],
  [TIFF_TAGS.height, { name: 'height' }],
  [TIFF_TAGS.bitsPerSample, { name: 'bits a sample', allowed: [1, 8, 16], most: MOST_SAMPLES }],
  [TIFF_TAGS.compression, { name: 'compression', allowed: [NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS] }],
  [TIFF_TAGS.photometric, { name: 'photometric interpretation', allowed: [0, 1, 2, 3] }],
  [TIFF_TAGS.fillOrder, { name: 'fill order', allowed: [1] }],
  [TIFF_TAGS.stripOffsets, { name: 'strip offsets' }],
  [TIFF_TAGS.orientation, { name: 'orientation' }],
  [TIFF_TAGS.samplesPerPixel, { name: 'samples a pixel', allowed: [1, 2, 3, 4] }],
  [TIFF_TAGS.rowsPerStrip, { name: 'rows a strip' }],
  [TIFF_TAGS.stripBytes, { name: 'strip bytes' }],
  [TIFF_TAGS.planar, { name: 'planar configuration', allowed: [1] }],
  [TIFF_TAGS.predictor, { name: 'predictor', allowed: [1, 2] }],
  [TIFF_TAGS.colourMap, { name: 'colour map', most: 3 * 2 ** 16 }],
  [TIFF_TAGS.tileWidth, { name: 'tile width', allowed: [] }],
  [TIFF_TAGS.tileOffsets, { name: 'tile offsets', allowed: [] }],
  [TIFF_TAGS.extraSamples, { name: 'extra samples', most: MOST_SAMPLES }],
  [TIFF_TAGS.sampleFormat, { name: 'sample format', allowed: [1], most: MOST_SAMPLES }],
]);

/**
 * What utif2 takes on trust. It follows every directory, also in circles; reads lists of any length; inflates without an
 * end; hangs on damaged LZW strips; fills missing samples with black; and decodes some kinds to other pixels. It gets the
 * first directory alone, with nothing in it but what describes pixels, and only when strips and sizes fit together.
 */
export async function prepareTiff(bytes: Uint8Array, { width, height }: ImageHeader): Promise<Uint8Array> {
  const directory = readTiffDirectory(bytes);
  checkTiffColours(directory);
  const { entries, nextPosition } = directory;
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  view.setUint32(nextPosition, 0);
  const values = new Map<number, number[]>();
  for (const entry of entries) {
    const { tag } = entry;
    const field = FIELDS.get(tag);
    if (field && !values.has(tag)) {
      const isStripList = tag === TIFF_TAGS.stripOffsets || tag === TIFF_TAGS.stripBytes;
      // A strip has a row or more.
      const own = entry.values(isStripList ? Math.min(height, MOST_STRIPS) : (field.most ?? 1));
      values.set(tag, own);
      const refused = own.find((value) => field.allowed?.includes(value) === false);
      if (refused !== undefined) throw new Error(`${field.name} ${refused}`);
    } else {
      entry.erase(out);
    }
  }
  if (!values.has(TIFF_TAGS.photometric)) throw new Error('no photometric interpretation');
  checkApart(directory, values.get(TIFF_TAGS.stripOffsets) ?? [], values.get(TIFF_TAGS.stripBytes) ?? []);
  await checkStrips(bytes, values, width, height);
  return out;
}

/** Bytes that a strip decodes to, by its compression. All throw on damaged strips. */
const DECODED_LENGTH: Record<number, (strip: Uint8Array, limit: number) => number | Promise<number>> = {
  [NONE]: (strip) => strip.length,
  [LZW]: (strip, limit) => lzwLength(strip, TIFF_LZW, limit),
  [DEFLATE]: inflatedLength,
  [OLD_DEFLATE]: inflatedLength,
  [PACK_BITS]: packBitsLength,
};

/** The directory is changed above, and its bytes must not be samples too. */
function checkApart(
  { start, nextPosition }: TiffDirectory,
  offsets: readonly number[],
  counts: readonly number[],
): void {
  const touches = (i: number, from: number, to: number) => offsets[i] < to && offsets[i] + counts[i] > from;
  if (offsets.some((_, i) => touches(i, 0, 8) || touches(i, start, nextPosition + 4))) {
    throw new Error('a strip over the directory');
  }
}

async function checkStrips(bytes: Uint8Array, values: Map<number, number[]>, width: number, height: number) {
  const one = (tag: number, fallback: number) => values.get(tag)?.[0] ?? fallback;
  const [offsets, counts] = [values.get(TIFF_TAGS.stripOffsets) ?? [], values.get(TIFF_TAGS.stripBytes) ?? []];
  const rows = Math.min(one(TIFF_TAGS.rowsPerStrip, height), height);
  if (offsets.length !== Math.ceil(height / rows) || counts.length !== offsets.length) {
    throw new Error('strips are missing');
  }
  // Strips that share bytes would make a small file long work.
  if (counts.reduce((sum, count) => sum + count, 0) > bytes.length) throw new Error('strips longer than the file');
  const rowBytes = Math.ceil((width * one(TIFF_TAGS.bitsPerSample, 1) * one(TIFF_TAGS.samplesPerPixel, 1)) / 8);
  for (const [i, offset] of offsets.entries()) {
    if (offset + counts[i] > bytes.length) throw new Error('a strip outside the file');
    const strip = bytes.subarray(offset, offset + counts[i]);
    const length = await DECODED_LENGTH[one(TIFF_TAGS.compression, NONE)](strip, rows * rowBytes);
    // The last strip may be filled up.
    const needed = Math.min(rows, height - i * rows) * rowBytes;
    if (length < needed || length > rows * rowBytes) throw new Error(`a strip of ${length} bytes instead of ${needed}`);
  }
}
