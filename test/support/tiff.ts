/** Type and values of a TIFF field: 3 is SHORT, 4 LONG, 5 RATIONAL with the denominator 1000. */
export type TiffField = readonly [type: 3 | 4 | 5, values: readonly number[]];

const SIZES = { 3: 2, 4: 4, 5: 8 } as const;
const [STRIP_OFFSETS, STRIP_BYTES] = [273, 279];

/** What every TIFF of one strip says: samples of `bits` each, `samples` to a pixel. */
export function tiffFields(
  width: number,
  height: number,
  photometric: number,
  samples: number,
  bits = 8,
): Record<number, TiffField> {
  return {
    256: [4, [width]],
    257: [4, [height]],
    258: [3, Array(samples).fill(bits)],
    259: [3, [1]],
    262: [3, [photometric]],
    277: [3, [samples]],
    278: [4, [height]],
  };
}

/** A little-endian TIFF of one strip, with whatever fields it is given. */
export function encodeTiff(given: Record<number, TiffField>, strip: Uint8Array): Uint8Array {
  const fields: Record<number, TiffField> = {
    ...given,
    [STRIP_OFFSETS]: [4, [0]],
    [STRIP_BYTES]: [4, [strip.length]],
  };
  const tags = Object.keys(fields).map(Number);
  const start = 8 + 2 + 12 * tags.length + 4;
  const length = ([type, values]: TiffField) => SIZES[type] * values.length;
  const far = tags.map((tag) => length(fields[tag])).filter((bytes) => bytes > 4);
  const stripAt = start + far.reduce((sum, bytes) => sum + bytes, 0);
  fields[STRIP_OFFSETS] = [4, [stripAt]];
  const file = Buffer.alloc(stripAt + strip.length);
  file.write('II*\0\x08\0\0\0', 'latin1');
  file.writeUInt16LE(tags.length, 8);
  let free = start;
  for (const [i, tag] of tags.entries()) {
    const at = 10 + 12 * i;
    const [type, values] = fields[tag];
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    let to = at + 8;
    if (length(fields[tag]) > 4) {
      file.writeUInt32LE(free, to);
      to = free;
      free += length(fields[tag]);
    }
    for (const value of values) {
      if (type === 3) file.writeUInt16LE(value, to);
      else file.writeUInt32LE(type === 5 ? Math.round(value * 1000) : value, to);
      if (type === 5) file.writeUInt32LE(1000, to + 4);
      to += SIZES[type];
    }
  }
  file.set(strip, stripAt);
  return new Uint8Array(file);
}
