const [CLEAR, END, MAX_BITS] = [256, 257, 12];

/**
 * Bytes that an LZW strip decodes to (TIFF 6.0, section 13: codes of 9 to 12 bits, highest bit first, wider one early).
 * @throws Error for a code that the table does not hold yet, or more than `limit` bytes
 */
export function lzwLength(strip: Uint8Array, limit: number): number {
  const lengths = new Uint32Array(1 << MAX_BITS).fill(1, 0, CLEAR);
  let total = 0;
  let bits = 9;
  let next = END + 1;
  let previous = CLEAR;
  for (let at = 0; at + bits <= strip.length * 8; ) {
    const byte = at >> 3;
    const window = (strip[byte] << 16) | (strip[byte + 1] << 8) | strip[byte + 2];
    const code = (window >> (24 - (at & 7) - bits)) & ((1 << bits) - 1);
    at += bits;
    if (code === END) break;
    if (code === CLEAR) {
      bits = 9;
      next = END + 1;
    } else {
      if (previous !== CLEAR) {
        if (next === lengths.length) throw new Error('an LZW table that overflows');
        lengths[next++] = lengths[previous] + 1;
        if (next + 1 === 1 << bits && bits < MAX_BITS) bits++;
      }
      if (code >= next || code === END) throw new Error(`LZW code ${code} before its time`);
      total += lengths[code];
      if (total > limit) throw new Error(`more than ${limit} bytes in an LZW strip`);
    }
    previous = code;
  }
  return total;
}
