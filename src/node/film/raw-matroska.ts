// Uncompressed film with times, as ffmpeg takes it from a pipe: Matroska (RFC 9559, in EBML, RFC 8794). Raw video alone knows no times,
// and a constant rate would move every picture of a film that has none.

/** One element: its id, the length of its content in eight bytes, its content. */
function element(id: string, ...content: (number | string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === 'number' ? uint64(part) : Buffer.from(part))));
  return Buffer.concat([Buffer.from(id, 'hex'), length(body.length), body]);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** A length of seven bytes behind the mark that it has so many. */
function length(value: number): Buffer {
  const bytes = uint64(value);
  bytes[0] = 1;
  return bytes;
}

/** For an element that goes on until the stream ends. */
const UNKNOWN_LENGTH = '01ffffffffffffff';
/** Nanoseconds: times are told in microseconds. */
const TIMESTAMP_SCALE = 1000;
const TRACK = 1;
const KEYFRAME = 0x80;

/** What stands before the first picture. */
export function matroskaHeader(width: number, height: number): Uint8Array {
  const video = element(
    'e0',
    element('b0', width),
    element('ba', height),
    // Its colour space, by the name that FourCC has for three bytes red, green and blue.
    element('2eb524', 'RGB\x18'),
  );
  const track = element(
    'ae',
    element('d7', TRACK),
    // Its UID.
    element('73c5', TRACK),
    // Video.
    element('83', 1),
    // No lacing.
    element('9c', 0),
    element('86', 'V_UNCOMPRESSED'),
    video,
  );
  return Buffer.concat([
    element('1a45dfa3', element('4282', 'matroska'), element('4287', 4), element('4285', 2)),
    Buffer.from(`18538067${UNKNOWN_LENGTH}`, 'hex'),
    element('1549a966', element('2ad7b1', TIMESTAMP_SCALE)),
    element('1654ae6b', track),
  ]);
}

/**
 * What stands before each picture: a cluster of its own, since within one times may differ by 32 ms only.
 * @param seconds from 0
 * @param bytes of the picture
 */
export function matroskaPicture(seconds: number, bytes: number): Uint8Array {
  const time = element('e7', Math.round(seconds * 1e6));
  // Track, time within the cluster, flags.
  const block = Buffer.from([0x80 | TRACK, 0, 0, KEYFRAME]);
  const blockStart = Buffer.concat([Buffer.from('a3', 'hex'), length(block.length + bytes), block]);
  const cluster = time.length + blockStart.length + bytes;
  return Buffer.concat([Buffer.from('1f43b675', 'hex'), length(cluster), time, blockStart]);
}
