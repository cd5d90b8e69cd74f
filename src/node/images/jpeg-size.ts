const [SOI, EOI, SOS, DHT, JPG, DAC] = [0xd8, 0xd9, 0xda, 0xc4, 0xc8, 0xcc];

/** SOF0 to SOF15, less the three markers of that range that start no frame (ITU-T T.81, table B.1). */
const startsFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![DHT, JPG, DAC].includes(marker);

/** Markers without a length: restarts, start of image, TEM. */
const standsAlone = (marker: number) => (marker >= 0xd0 && marker <= SOI) || marker === 0x01;

/**
 * Width and height from the first frame header of a JPEG. Bytes between segments are skipped, as libjpeg skips them.
 * @throws RangeError or Error when there is no frame header before the image data
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) break;
    const marker = view.getUint8(at + 1);
    if (startsFrame(marker)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === SOS || marker === EOI) break;
    // A fill byte, or one that is no marker at all.
    if (marker === 0xff) at += 1;
    else if (marker === 0 || standsAlone(marker)) at += 2;
    else at += 2 + Math.max(view.getUint16(at + 2), 2);
  }
  throw new Error('no frame header');
}
