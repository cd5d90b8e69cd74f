import { blocksEnd, EXTENSION, firstBlock, IMAGE, tableBytes } from '../gif-blocks.js';
import type { ImageHeader } from '../image-format.js';
import { gifLzw, lzwLength } from './lzw-length.js';

/** What sub-blocks hold, side by side. */
function joinBlocks(bytes: Uint8Array, start: number): Uint8Array {
  const joined = new Uint8Array(blocksEnd(bytes, start) - start);
  let used = 0;
  for (let at = start; bytes[at] > 0; at += 1 + bytes[at]) {
    joined.set(bytes.subarray(at + 1, at + 1 + bytes[at]), used);
    used += bytes[at];
  }
  return joined.subarray(0, used);
}

/**
 * What omggif takes on trust: that the first frame lies inside the screen and has colours, and that its data are sound
 * (GIF89a, sections 18 to 22).
 */
export function prepareGif(bytes: Uint8Array, { width, height }: ImageHeader): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = firstBlock(bytes);
  while (view.getUint8(at) === EXTENSION) at = blocksEnd(bytes, at + 2);
  if (view.getUint8(at) !== IMAGE) throw new Error('no frame');
  const [left, top, frameWidth, frameHeight] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
  if (left + frameWidth > width || top + frameHeight > height) throw new Error('a frame larger than its screen');
  const localTable = tableBytes(view.getUint8(at + 9));
  if (tableBytes(bytes[10]) + localTable === 0) throw new Error('a frame without colours');
  const literalBits = view.getUint8(at + 10 + localTable);
  if (literalBits < 1 || literalBits > 8) throw new Error(`${literalBits} bits a colour`);
  const data = joinBlocks(bytes, at + 11 + localTable);
  const samples = frameWidth * frameHeight;
  const length = lzwLength(data, gifLzw(literalBits), samples);
  if (length < samples) throw new Error(`${length} samples of a frame of ${samples}`);
  return bytes;
}
