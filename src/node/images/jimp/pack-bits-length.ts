/** Bytes that a PackBits strip decodes to (TIFF 6.0, section 9). */
export function packBitsLength(strip: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < strip.length; ) {
    const code = (strip[at] << 24) >> 24;
    // -128 does nothing; above 0 that many and one bytes follow; below, one byte is repeated.
    if (code === -128) at += 1;
    else {
      total += 1 + Math.abs(code);
      at += code < 0 ? 2 : 2 + code;
    }
  }
  return total;
}
