/** First bytes of an extension and of an image (GIF89a, sections 20 and 23). */
export const [EXTENSION, IMAGE] = [0x21, 0x2c];
const GRAPHIC_CONTROL = 0xf9;
const TRANSPARENT = 1;

/** Bytes of the colour table that a flags byte announces; 0 for none. */
export const tableBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Where the first block behind the header and the global colour table starts. */
export const firstBlock = (bytes: Uint8Array) => 13 + tableBytes(bytes[10]);

/** Where the sub-blocks that start at a position end, their terminator included. */
export function blocksEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] > 0) at += 1 + bytes[at];
  if (at >= bytes.length) throw new Error('cut off');
  return at + 1;
}

/**
 * Makes the first frame opaque, in place. Without the flag, transparent pixels have their colour from the table, like those of other
 * formats.
 */
export function makeFirstFrameOpaque(bytes: Uint8Array): void {
  for (let at = firstBlock(bytes); bytes[at] === EXTENSION; at = blocksEnd(bytes, at + 2)) {
    if (bytes[at + 1] === GRAPHIC_CONTROL) bytes[at + 3] &= ~TRANSPARENT;
  }
}
