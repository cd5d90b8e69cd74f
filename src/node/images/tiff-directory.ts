/** One entry of a TIFF directory (TIFF 6.0, section 2). */
export interface TiffEntry {
  tag: number;
  /** Where the entry lies in the file. */
  position: number;
  /**
   * Reads the values; none for types that are not unsigned integers.
   * @param most as many as this field can have in a sound file; a longer list is refused before it is read
   * @throws RangeError for a longer list, or values outside the file
   */
  values(most: number): number[];
}

export interface TiffDirectory {
  /** In the order of the file. */
  entries: TiffEntry[];
  littleEndian: boolean;
  /** Where the offset of the next directory is stored. */
  nextPosition: number;
}

const [BYTE, SHORT, LONG] = [1, 3, 4];

/**
 * The first directory of a TIFF file: what describes its first image.
 * @throws RangeError when the directory lies outside the file
 */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getUint16(0) === 0x4949;
  const u16 = (at: number) => view.getUint16(at, littleEndian);
  const u32 = (at: number) => view.getUint32(at, littleEndian);
  const readers = new Map([
    [BYTE, { size: 1, read: (at: number) => view.getUint8(at) }],
    [SHORT, { size: 2, read: u16 }],
    [LONG, { size: 4, read: u32 }],
  ]);
  const start = u32(4);
  const nextPosition = start + 2 + u16(start) * 12;
  const entries: TiffEntry[] = [];
  for (let position = start + 2; position < nextPosition; position += 12) {
    const reader = readers.get(u16(position + 2));
    const count = u32(position + 4);
    entries.push({
      tag: u16(position),
      position,
      values(most) {
        if (!reader) return [];
        if (count > most) throw new RangeError(`a field of ${count} values instead of at most ${most}`);
        const first = reader.size * count <= 4 ? position + 8 : u32(position + 8);
        if (first + reader.size * count > bytes.length) throw new RangeError('values outside the file');
        return Array.from({ length: count }, (_, i) => reader.read(first + i * reader.size));
      },
    });
  }
  return { entries, littleEndian, nextPosition };
}
