import type { ImageHeader } from '../image-format.js';
import { inflatedLength } from './inflated-length.js';

const MAX_PALETTE_BYTES = 256 * 3;

/** Chunk types as the numbers that their four letters are. */
const [IHDR, PLTE, TRNS, IDAT, IEND] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].map((type) =>
  Buffer.from(type).readUInt32BE(),
);

interface Chunk {
  type: number;
  data: Uint8Array;
  /** Where the next one starts. */
  end: number;
}

/** One by one: a file can hold millions of empty chunks. */
export function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at < bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    yield { type: view.getUint32(at + 4), data: bytes.subarray(at + 8, end - 4), end };
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
 * also minds what follows the last chunk, so that is cut off, and turns pixels of a transparent colour black, so the chunk
 * that names it is left out.
 */
export async function preparePng(bytes: Uint8Array, header: ImageHeader): Promise<Uint8Array> {
  const deflated = new Uint8Array(bytes.length);
  let used = 0;
  let imageHeader: Uint8Array | undefined;
  let colours: Uint8Array | undefined;
  const kept: Uint8Array[] = [];
  let keptFrom = 0;
  let end = bytes.length;
  for (const chunk of chunks(bytes)) {
    if (chunk.type === IHDR) {
      if (imageHeader || chunk.data.length !== 13) throw new Error('a second header');
      imageHeader = chunk.data;
    } else if (chunk.type === PLTE) {
      if (colours || chunk.data.length > MAX_PALETTE_BYTES) throw new Error('more than 256 colours');
      colours = chunk.data;
    } else if (chunk.type === TRNS) {
      kept.push(bytes.subarray(keptFrom, chunk.end - chunk.data.length - 12));
      keptFrom = chunk.end;
    } else if (chunk.type === IDAT) {
      deflated.set(chunk.data, used);
      used += chunk.data.length;
    } else if (chunk.type === IEND) {
      end = chunk.end;
      break;
    }
  }
  if (!imageHeader) throw new Error('no header');
  const expected = filteredLength(imageHeader.subarray(8), header);
  if (!(expected > 0)) throw new Error(`colour type ${imageHeader[9]}`);
  // Rarely an encoder adds a few bytes.
  const length = await inflatedLength(deflated.subarray(0, used), expected + 1024);
  if (length < expected) throw new Error(`${length} bytes of samples instead of ${expected}`);
  return keptFrom === 0 ? bytes.subarray(0, end) : Buffer.concat([...kept, bytes.subarray(keptFrom, end)]);
}
