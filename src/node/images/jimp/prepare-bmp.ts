const [UNCOMPRESSED, BIT_FIELDS] = [0, 3];

/**
 * Refuses what bmp-ts decodes to other pixels: run lengths and 16 colours. It also reads the samples right behind header
 * and palette, wherever the file says they are, so they are put there.
 */
export function prepareBmp(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(14, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const colors = view.getUint32(46, true);
  if (![1, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel`);
  if (![UNCOMPRESSED, BIT_FIELDS].includes(compression)) throw new Error(`compression ${compression}`);
  const masks = compression === BIT_FIELDS && headerBytes === 40 ? 12 : 0;
  const palette = bits <= 8 || colors > 0 ? 4 * (colors || 1 << bits) : 0;
  const end = 14 + headerBytes + masks + palette;
  const samples = view.getUint32(10, true);
  return samples === end ? bytes : Buffer.concat([bytes.subarray(0, end), bytes.subarray(samples)]);
}
