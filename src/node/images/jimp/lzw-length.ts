/** How a format packs LZW codes. */
export interface LzwPacking {
  /** Bits of a literal; the codes behind the literals clear the table and end the data. */
  literalBits: number;
  /** True where a byte's lowest bits come first (GIF), false for the highest (TIFF). */
  lowestFirst: boolean;
  /** True where codes grow one entry before the table needs it (TIFF). */
  early: boolean;
}

/** TIFF 6.0, section 13. */
export const TIFF_LZW: LzwPacking = { literalBits: 8, lowestFirst: false, early: true };

/** GIF89a, appendix F. */
export const gifLzw = (literalBits: number): LzwPacking => ({ literalBits, lowestFirst: true, early: false });

const MAX_BITS = 12;

/**
 * Bytes that LZW data decode to, counted up to the first beyond `limit`. The decoders behind jimp follow a code that the
 * table does not hold yet in circles, forever.
 * @throws Error for such a code
 */
export function lzwLength(data: Uint8Array, { literalBits, lowestFirst, early }: LzwPacking, limit: number): number {
  const clear = 1 << literalBits;
  const end = clear + 1;
  const lengths = new Uint32Array(1 << MAX_BITS).fill(1, 0, clear);
  const read = (at: number, bits: number) => {
    const [a, b, c] = [data[at >> 3], data[(at >> 3) + 1], data[(at >> 3) + 2]];
    const window = lowestFirst
      ? ((c << 16) | (b << 8) | a) >> (at & 7)
      : ((a << 16) | (b << 8) | c) >> (24 - (at & 7) - bits);
    return window & ((1 << bits) - 1);
  };
  let total = 0;
  let bits = literalBits + 1;
  let next = end + 1;
  let previous = clear;
  for (let at = 0; at + bits <= data.length * 8 && total <= limit; ) {
    const code = read(at, bits);
    at += bits;
    if (code === end) break;
    if (code === clear) {
      bits = literalBits + 1;
      next = end + 1;
    } else {
      if (previous !== clear && next < lengths.length) {
        lengths[next++] = lengths[previous] + 1;
        if (next + Number(early) === 1 << bits && bits < MAX_BITS) bits++;
      }
      if (code >= next) throw new Error(`LZW code ${code} before its time`);
      total += lengths[code];
    }
    previous = code;
  }
  return total;
}
