import { crc32 } from 'node:zlib';
import type { Random } from '../../src/drawn-faces/random.js';

/** Values at which readers of lengths and counts go wrong. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff];

const isPng = (bytes: Uint8Array) => bytes[1] === 0x50 && bytes[2] === 0x4e;

/** A PNG's checksums made right again, so that what is behind them is reached. */
export function repairChecksums(png: Uint8Array): void {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > png.length) return;
    view.setUint32(end, crc32(png.subarray(at + 4, end)));
    at = end + 4;
  }
}

/** A copy with one to eight bytes flipped, more often near the start, where headers are. */
export function flipBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  const flips = random.integer(1, random.pick([1, 2, 8]));
  for (let i = 0; i < flips; i++) {
    const at = random.integer(0, random.pick([damaged.length, Math.min(damaged.length, 128)]) - 1);
    damaged[at] = random.next() < 0.3 ? random.pick(EDGES) : damaged[at] ^ random.integer(1, 255);
  }
  if (isPng(damaged) && random.next() < 0.8) repairChecksums(damaged);
  return damaged;
}

/** A copy damaged in any way: bytes flipped, cut out, doubled, overwritten, or the end missing. */
export function damageImage(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(0, bytes.length - 1);
  const behind = at + random.integer(1, Math.min(64, bytes.length));
  const cutOut = () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(behind)]);
  const doubled = () => Buffer.concat([bytes.subarray(0, behind), bytes.subarray(at)]);
  const overwritten = () => Uint8Array.from(bytes).fill(random.pick(EDGES), at, behind);
  const flipped = () => flipBytes(bytes, random);
  const damage = random.pick([() => bytes.slice(0, at), cutOut, doubled, overwritten, flipped, flipped, flipped]);
  return new Uint8Array(damage());
}
