import { inflateSync } from 'node:zlib';

/**
 * The tables of a font in the container WOFF 1.0 (W3C, "WOFF File Format 1.0", 2012, sections 4 and 5), uncompressed.
 * @returns by their tags
 */
export function readWoff(file: Uint8Array): Map<string, DataView> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString('latin1', 0, 4) !== 'wOFF') throw new Error('The font is no WOFF 1.0 file.');
  const tables = new Map<string, DataView>();
  for (let i = 0; i < bytes.readUInt16BE(12); i++) {
    const entry = 44 + 20 * i;
    const [offset, packed, length] = [4, 8, 12].map((field) => bytes.readUInt32BE(entry + field));
    const stored = bytes.subarray(offset, offset + packed);
    const table = packed < length ? inflateSync(stored) : stored;
    tables.set(bytes.toString('latin1', entry, entry + 4), new DataView(table.buffer, table.byteOffset, length));
  }
  return tables;
}
