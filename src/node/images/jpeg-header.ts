const [SOI, EOI, SOS, DHT, JPG, DAC] = [0xd8, 0xd9, 0xda, 0xc4, 0xc8, 0xcc];
const [APP0, APP1, APP14] = [0xe0, 0xe1, 0xee];

/** SOF0 to SOF15, less the three markers of that range that start no frame (ITU-T T.81, table B.1). */
const startsFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![DHT, JPG, DAC].includes(marker);

/** Markers without a length: restarts, start of image, TEM. */
const standsAlone = (marker: number) => (marker >= 0xd0 && marker <= SOI) || marker === 0x01;

/** Markers that may stand before the frame: a megabyte of the largest segments is 16 of them, 20 MB of the smallest ten million. */
const MAX_MARKERS = 65_536;

const codes = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const [JFIF, EXIF, ADOBE] = ['JFIF\0', 'Exif\0\0', 'Adobe'].map(codes);

/** What a JPEG says of its samples before they begin. */
export interface JpegHeader {
  width: number;
  height: number;
  /** Whether three components are red, green and blue, not luma and chroma. */
  isRgb: boolean;
  /** The first EXIF block: a TIFF directory. */
  exif: Uint8Array | undefined;
}

/**
 * Reads up to the first frame header. Bytes between segments are skipped, as libjpeg skips them.
 * @throws RangeError or Error when there is no frame header before the image data
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const holds = (at: number, text: readonly number[]) => text.every((code, i) => bytes[at + i] === code);
  let isJfif = false;
  let adobeTransform: number | undefined;
  let exif: Uint8Array | undefined;
  let at = 2;
  for (let markers = 0; markers < MAX_MARKERS; markers++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) break;
    // Any number of fill bytes may stand before a marker.
    while (bytes[at + 1] === 0xff) at++;
    const marker = view.getUint8(at + 1);
    if (startsFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      const names = Array.from({ length: view.getUint8(at + 9) }, (_, i) => bytes[at + 10 + 3 * i]);
      return { width, height, isRgb: !isJfif && isRgb(names, adobeTransform), exif };
    }
    if (marker === SOS || marker === EOI) break;
    if (marker === APP0 && holds(at + 4, JFIF)) isJfif = true;
    if (marker === APP1 && holds(at + 4, EXIF)) exif ??= bytes.subarray(at + 10, at + 2 + view.getUint16(at + 2));
    if (marker === APP14 && holds(at + 4, ADOBE)) adobeTransform = view.getUint8(at + 15);
    // A byte behind which nothing follows, or no marker at all.
    if (marker === 0 || standsAlone(marker)) at += 2;
    else at += 2 + Math.max(view.getUint16(at + 2), 2);
  }
  throw new Error('no frame header');
}

/** What Adobe's marker says; without it, the components' names (libjpeg's rule for files that are not JFIF). */
function isRgb(names: readonly number[], adobeTransform: number | undefined): boolean {
  if (names.length !== 3) return false;
  return adobeTransform === undefined ? String.fromCharCode(...names) === 'RGB' : adobeTransform === 0;
}
