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

/** Samples of a pixel for each colour type (PNG, table 11.1); NaN for one that there is not. */
const SAMPLES = [1, Number.NaN, 3, 1, 2, Number.NaN, 4];

/** Start and step of the seven passes of an interlaced image (PNG, section 8.2): x, y, step in x, step in y. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];
const ONE_PASS = [[0, 0, 1, 1]];

/** Bytes of all rows of all passes, each with its filter byte. */
function filteredLength([bits, colorType, , , interlace]: Uint8Array, { width, height }: ImageHeader): number {
  let total = 0;
  for (const [x, y, stepX, stepY] of interlace === 1 ? PASSES : ONE_PASS) {
    const columns = Math.ceil(Math.max(width - x, 0) / stepX);
    const rows = Math.ceil(Math.max(height - y, 0) / stepY);
    if (columns > 0) total += rows * (1 + Math.ceil((columns * bits * SAMPLES[colorType]) / 8));
  }
  return total;
}

/**
 * What pngjs takes on trust: that there is one header and at most one palette of 256 colours, and that the data inflate
 * to the size of the image, neither more (it would take any amount of memory) nor less (it would fill up with black). It
 * also minds what follows the last chunk, so that is cut off.
 */
export async function preparePng(bytes: Uint8Array, header: ImageHeader): Promise<Uint8Array> {
  const all = [...chunks(bytes)];
  const ofType = (type: string) => all.filter((chunk) => chunk.type === type).map((chunk) => chunk.data);
  const [headers, palettes] = [ofType('IHDR'), ofType('PLTE')];
  if (headers.length !== 1 || headers[0].length !== 13) throw new Error(`${headers.length} headers`);
  if (palettes.length > 1 || palettes[0]?.length > MAX_PALETTE_BYTES) throw new Error('more than 256 colours');
  const expected = filteredLength(headers[0].subarray(8), header);
  if (!(expected > 0)) throw new Error(`colour type ${headers[0][9]}`);
  // Rarely an encoder adds a few bytes.
  const { length } = await promisify(inflate)(Buffer.concat(ofType('IDAT')), { maxOutputLength: expected + 1024 });
  if (length < expected) throw new Error(`${length} bytes of samples instead of ${expected}`);
  return bytes.subarray(0, all.at(-1)?.end);
}
