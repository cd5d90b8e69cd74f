/** Numbers of the fields that are read here (TIFF 6.0, section 8 and 21). */
export const TIFF_TAGS = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileOffsets: 324,
  extraSamples: 338,
  sampleFormat: 339,
  yCbCrCoefficients: 529,
  yCbCrSubsampling: 530,
  referenceBlackWhite: 532,
} as const;

/** One entry of a TIFF directory (TIFF 6.0, section 2). */
export interface TiffEntry {
  tag: number;
  /**
   * Reads the values; none for types that are not unsigned integers.
   * @param most as many as this field can have in a sound file; a longer list is refused before it is read
   * @throws RangeError for a longer list, or values outside the file
   */
  values(most: number): number[];
  /** The same for fractions; none for other types. */
  rationals(most: number): number[];
  /** Overwrites the entry, in a file that may be changed, with one of no bytes under a tag that means nothing. */
  erase(file: Uint8Array): void;
}

export interface TiffDirectory {
  /** In the order of the file. */
  entries: TiffEntry[];
  /** Where it begins. */
  start: number;
  /** Where the offset of the next directory is stored. */
  nextPosition: number;
}

/** Entries that a directory may have: each kind once (TIFF 6.0, section 2), of which readers know a few hundred. */
const MAX_ENTRIES = 4096;

const [BYTE, SHORT, LONG, RATIONAL] = [1, 3, 4, 5];

/**
 * The first directory of a TIFF file: what describes its first image.
 * @throws RangeError when the directory lies outside the file, or has more entries than any sound one
 */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getUint16(0) === 0x4949;
  const u16 = (at: number) => view.getUint16(at, littleEndian);
  const u32 = (at: number) => view.getUint32(at, littleEndian);
  const integers = new Map([
    [BYTE, { size: 1, read: (at: number) => view.getUint8(at) }],
    [SHORT, { size: 2, read: u16 }],
    [LONG, { size: 4, read: u32 }],
  ]);
  const fractions = new Map([[RATIONAL, { size: 8, read: (at: number) => u32(at) / u32(at + 4) }]]);
  const start = u32(4);
  const count = u16(start);
  if (count > MAX_ENTRIES) throw new RangeError(`${count} entries`);
  const nextPosition = start + 2 + count * 12;
  const entries: TiffEntry[] = [];
  for (let position = start + 2; position < nextPosition; position += 12) {
    const type = u16(position + 2);
    const count = u32(position + 4);
    const read = (readers: typeof integers, most: number) => {
      const reader = readers.get(type);
      if (!reader) return [];
      if (count > most) throw new RangeError(`a field of ${count} values instead of at most ${most}`);
      const first = reader.size * count <= 4 ? position + 8 : u32(position + 8);
      if (first + reader.size * count > bytes.length) throw new RangeError('values outside the file');
      return Array.from({ length: count }, (_, i) => reader.read(first + i * reader.size));
    };
    entries.push({
      tag: u16(position),
      values: (most) => read(integers, most),
      rationals: (most) => read(fractions, most),
      erase(file) {
        file.fill(0, position, position + 12);
        new DataView(file.buffer, file.byteOffset).setUint16(position + 2, BYTE, littleEndian);
      },
    });
  }
  return { entries, start, nextPosition };
}
