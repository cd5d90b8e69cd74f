import type { ImageHeader } from '../image-format.js';

const [EXTENSION, IMAGE] = [0x21, 0x2c];

/** Bytes of the colour table that a flags byte announces; 0 for none. */
const tableBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Position after a series of sub-blocks. */
function skipBlocks(view: DataView, at: number): number {
  for (;;) {
    const length = view.getUint8(at);
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** What omggif takes on trust: that the first frame lies inside the screen and has colours (GIF89a, sections 18 to 20). */
export function prepareGif(bytes: Uint8Array, { width, height }: ImageHeader): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const globalTable = tableBytes(view.getUint8(10));
  let at = 13 + globalTable;
  while (view.getUint8(at) === EXTENSION) at = skipBlocks(view, at + 2);
  if (view.getUint8(at) !== IMAGE) throw new Error('no frame');
  const [left, top, frameWidth, frameHeight] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  if (left + frameWidth > width || top + frameHeight > height) throw new Error('a frame larger than its screen');
  if (globalTable + tableBytes(view.getUint8(at + 9)) === 0) throw new Error('a frame without a colour table');
  return bytes;
}
