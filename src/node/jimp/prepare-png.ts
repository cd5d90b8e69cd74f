import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { ImageHeader } from '../image-format.js';

const MAX_PALETTE_BYTES = 256 * 3;

interface Chunk {
  type: string;
  data: Uint8Array;
  /** Where the next one starts. */
  end: number;
}

function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    const end = at + 12 + length;
    yield { type, data: bytes.subarray(at + 8, end - 4), end };
    if (type === 'IEND') return;
    at = end;
  }
}

/**
 * What pngjs takes on trust: that there is one header and one palette of 256 colours at most, and that interlaced data
 * inflate to the size of the image. It also minds what follows the last chunk, so that is cut off.
 */
export async function preparePng(bytes: Uint8Array, { width, height }: ImageHeader): Promise<Uint8Array> {
  const all = [...chunks(bytes)];
  const ofType = (type: string) => all.filter((chunk) => chunk.type === type).map((chunk) => chunk.data);
  const [headers, palettes] = [ofType('IHDR'), ofType('PLTE')];
  if (headers.length !== 1 || headers[0].length !== 13) throw new Error(`${headers.length} IHDR chunks`);
  if (palettes.length > 1 || palettes[0]?.length > MAX_PALETTE_BYTES)
    throw new Error('a palette of more than 256 colours');
  const interlaced = headers[0][12] === 1;
  if (interlaced) {
    // Four samples of 16 bits a pixel and, for each of seven passes, a filter byte a row.
    const maxOutputLength = width * height * 8 + 7 * (width + height);
    await promisify(inflate)(Buffer.concat(ofType('IDAT')), { maxOutputLength });
  }
  return bytes.subarray(0, all.at(-1)?.end);
}
