import type { ImageHeader } from '../image-format.js';
import { readTiffDirectory } from '../tiff-directory.js';
import { inflatedLength } from './inflated-length.js';
import { lzwLength, TIFF_LZW } from './lzw-length.js';
import { packBitsLength } from './pack-bits-length.js';

const [NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS] = [1, 5, 8, 32946, 32773];
const [STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTES] = [273, 278, 279];

/** What a pixel, and an image, may have at most. */
const MOST_SAMPLES = 4;
const MOST_STRIPS = 2 ** 20;

/** What utif2 may see, with the values for which its pixels were found right, and how many there may be; 1 by default, strips by the height. */
const FIELDS = new Map<number, { name: string; allowed?: readonly number[]; most?: number }>([
  [256, { name: 'width' }],
  [257, { name: 'height' }],
  [258, { name: 'bits a sample', allowed: [1, 8, 16], most: MOST_SAMPLES }],
  [259, { name: 'compression', allowed: [NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS] }],
  [262, { name: 'photometric interpretation', allowed: [0, 1, 2, 3] }],
  [266, { name: 'fill order', allowed: [1] }],
  [STRIP_OFFSETS, { name: 'strip offsets' }],
  [274, { name: 'orientation', allowed: [1] }],
  [277, { name: 'samples a pixel', allowed: [1, 2, 3, 4] }],
  [ROWS_PER_STRIP, { name: 'rows a strip' }],
  [STRIP_BYTES, { name: 'strip bytes' }],
  [284, { name: 'planar configuration', allowed: [1] }],
  [317, { name: 'predictor', allowed: [1, 2] }],
  [320, { name: 'colour map', most: 3 * 2 ** 16 }],
  [322, { name: 'tile width', allowed: [] }],
  [324, { name: 'tile offsets', allowed: [] }],
  [338, { name: 'extra samples', most: MOST_SAMPLES }],
  [339, { name: 'sample format', allowed: [1], most: MOST_SAMPLES }],
]);

/**
 * What utif2 takes on trust. It follows every directory, also in circles; reads lists of any length; inflates without an
 * end; hangs on damaged LZW strips; fills missing samples with black; and decodes some kinds to other pixels. It gets the
 * first directory alone, with nothing in it but what describes pixels, and only when strips and sizes fit together.
 */
export async function prepareTiff(bytes: Uint8Array, { width, height }: ImageHeader): Promise<Uint8Array> {
  const { entries, littleEndian, nextPosition } = readTiffDirectory(bytes);
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  view.setUint32(nextPosition, 0);
  const values = new Map<number, number[]>();
  for (const { tag, position, ...entry } of entries) {
    const field = FIELDS.get(tag);
    if (field && !values.has(tag)) {
      const isStripList = tag === STRIP_OFFSETS || tag === STRIP_BYTES;
      // A strip has a row or more.
      const own = entry.values(isStripList ? Math.min(height, MOST_STRIPS) : (field.most ?? 1));
      values.set(tag, own);
      const refused = own.find((value) => field.allowed?.includes(value) === false);
      if (refused !== undefined) throw new Error(`${field.name} ${refused}`);
    } else {
      // An entry of no bytes under a tag that means nothing.
      out.fill(0, position, position + 12);
      view.setUint16(position + 2, 1, littleEndian);
    }
  }
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

async function checkStrips(bytes: Uint8Array, values: Map<number, number[]>, width: number, height: number) {
  const one = (tag: number, fallback: number) => values.get(tag)?.[0] ?? fallback;
  const [offsets, counts] = [values.get(STRIP_OFFSETS) ?? [], values.get(STRIP_BYTES) ?? []];
  const rows = Math.min(one(ROWS_PER_STRIP, height), height);
  if (offsets.length !== Math.ceil(height / rows) || counts.length !== offsets.length) {
    throw new Error('strips are missing');
  }
  // Strips that share bytes would make a small file long work.
  if (counts.reduce((sum, count) => sum + count, 0) > bytes.length) throw new Error('strips longer than the file');
  const rowBytes = Math.ceil((width * one(258, 1) * one(277, 1)) / 8);
  for (const [i, offset] of offsets.entries()) {
    if (offset + counts[i] > bytes.length) throw new Error('a strip outside the file');
    const strip = bytes.subarray(offset, offset + counts[i]);
    const length = await DECODED_LENGTH[one(259, NONE)](strip, rows * rowBytes);
    // The last strip may be filled up.
    const needed = Math.min(rows, height - i * rows) * rowBytes;
    if (length < needed || length > rows * rowBytes) throw new Error(`a strip of ${length} bytes instead of ${needed}`);
  }
}
