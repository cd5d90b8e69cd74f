/** One entry of a directory: tag, type, count, value or where it lies. */
type Entry = readonly [tag: number, type: 2 | 3 | 4 | 7, count: number, value: number];

function directory(entries: readonly Entry[], next: number): Buffer {
  const bytes = Buffer.alloc(2 + 12 * entries.length + 4);
  bytes.writeUInt16LE(entries.length);
  entries.forEach(([tag, type, count, value], i) => {
    bytes.writeUInt16LE(tag, 2 + 12 * i);
    bytes.writeUInt16LE(type, 4 + 12 * i);
    bytes.writeUInt32LE(count, 6 + 12 * i);
    bytes.writeUInt32LE(value, 10 + 12 * i);
  });
  bytes.writeUInt32LE(next, bytes.length - 4);
  return bytes;
}

/**
 * An EXIF block as phones write them: turned by a quarter, an artist called "somebody", and a picture of the photograph both as
 * thumbnail and in the maker's note.
 */
export function exifWithPreviews(preview: Uint8Array): Buffer {
  const artist = Buffer.from('somebody\0', 'latin1');
  // Directories have a fixed length: three entries, one, three.
  const [first, own, second] = [8, 8 + 42, 8 + 42 + 18];
  const text = second + 42;
  const picture = text + artist.length + 1;
  const note = picture + preview.length;
  return Buffer.concat([
    Buffer.from('Exif\0\0II*\0\x08\0\0\0', 'latin1'),
    directory(
      [
        [0x112, 3, 1, 6],
        [0x13b, 2, artist.length, text],
        [0x8769, 4, 1, own],
      ],
      second,
    ),
    directory([[0x927c, 7, preview.length, note]], 0),
    directory(
      [
        [0x103, 3, 1, 6],
        [0x201, 4, 1, picture],
        [0x202, 4, 1, preview.length],
      ],
      0,
    ),
    artist,
    Buffer.alloc(1),
    preview,
    preview,
  ]).subarray(0, 6 + note + preview.length + (first - 8));
}
