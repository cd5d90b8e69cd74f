/** Largest number of boxes on one level: an image of a thousand tiles has a few thousand. */
const MAX_BOXES = 16_384;

interface Box {
  type: string;
  /** Start and end of its content. */
  start: number;
  end: number;
}

/** The boxes between two places of a file (ISO/IEC 14496-12, 4.2). The last one may be cut off. */
function* boxes(view: DataView, from: number, to: number): Generator<Box, void, undefined> {
  let at = from;
  for (let i = 0; at + 8 <= to; i++) {
    if (i === MAX_BOXES) throw new RangeError(`more than ${MAX_BOXES} boxes`);
    const size = view.getUint32(at);
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    // 1: a size of 64 bits follows; 0: up to the end.
    const head = size === 1 ? 16 : 8;
    const length = size === 1 ? Number(view.getBigUint64(at + 8)) : size === 0 ? to - at : size;
    if (length < head) return;
    yield { type, start: at + head, end: Math.min(at + length, to) };
    at += length;
  }
}

const find = (view: DataView, from: number, to: number, type: string): Box => {
  for (const box of boxes(view, from, to)) if (box.type === type) return box;
  throw new Error(`no box "${type}"`);
};

/**
 * The largest size in a HEIF or AVIF file (ISO/IEC 23008-12, 6.5.3). It is the size of the whole image; the others are those of tiles
 * and thumbnails, in any order. Each box is read once.
 * @throws RangeError or Error when there is no size
 */
export function heifSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const meta = find(view, 0, bytes.length, 'meta');
  // Version and flags stand first.
  const properties = find(view, meta.start + 4, meta.end, 'iprp');
  const shared = find(view, properties.start, properties.end, 'ipco');
  let largest = { width: 0, height: 0 };
  for (const { type, start } of boxes(view, shared.start, shared.end)) {
    if (type !== 'ispe') continue;
    const [width, height] = [view.getUint32(start + 4), view.getUint32(start + 8)];
    if (width * height > largest.width * largest.height) largest = { width, height };
  }
  return largest;
}
