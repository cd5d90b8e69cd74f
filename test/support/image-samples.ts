import sharp, { type Sharp } from 'sharp';
import type { Decoder } from '../../src/node/images/image-codecs.js';
import { colourPattern } from './pattern.js';
import { encodeTiff, tiffFields } from './tiff.js';

export interface ImageSample {
  /** Format and kind. */
  name: string;
  format: string;
  bytes: Uint8Array;
  decoders: readonly Decoder[];
}

/** Width and height of every sample: odd, so that rows need padding, and small, so that thousands decode in seconds. */
export const SAMPLE_WIDTH = 29;
export const SAMPLE_HEIGHT = 19;

/** An uncompressed BMP, bottom row first, rows padded to four bytes; 8 bits a pixel as a gray ramp. */
export function encodeBmp(rgb: Uint8Array, width: number, height: number, bits: 8 | 24 | 32 = 24): Buffer {
  const row = Math.ceil((width * bits) / 32) * 4;
  const palette = bits === 8 ? 1024 : 0;
  const file = Buffer.alloc(54 + palette + row * height);
  file.write('BM');
  for (const [offset, value] of [
    [2, file.length],
    [10, 54 + palette],
    [14, 40],
    [18, width],
    [22, height],
    [26, 1 | (bits << 16)],
    [34, row * height],
  ]) {
    file.writeUInt32LE(value, offset);
  }
  for (let i = 0; i < palette / 4; i++) file.fill(i, 54 + i * 4, 57 + i * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 54 + palette + (height - 1 - y) * row + (x * bits) / 8;
      for (let c = 0; c < bits / 8 && c < 3; c++) file[to + c] = rgb[(y * width + x) * 3 + 2 - c];
    }
  }
  return file;
}

/** A JPEG with an EXIF block of these bytes right behind its start. */
export function withExif(jpeg: Uint8Array, exif: Uint8Array): Buffer {
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)]);
}

/** An EXIF block that says nothing but an orientation. */
export function exifOrientation(orientation: number): Buffer {
  const tiff = Buffer.from('49492a0008000000010012010300010000000000000000000000', 'hex');
  tiff.writeUInt16LE(orientation, 18);
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
}

/** Whole images of every format that is read, in their usual kinds. */
export async function imageSamples(): Promise<ImageSample[]> {
  const [width, height] = [SAMPLE_WIDTH, SAMPLE_HEIGHT];
  const rgb = colourPattern(width, height);
  const picture = (): Sharp => sharp(rgb, { raw: { width, height, channels: 3 } });
  const raw = { width, height: height * 3, channels: 3, pageHeight: height } as const;
  const animation = () => sharp(Buffer.concat([rgb, rgb.toReversed(), rgb]), { raw });
  // Every other pixel is transparent.
  const withAlpha = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
    i % 4 < 3 ? rgb[Math.floor(i / 4) * 3 + (i % 4)] : 255 * (Math.floor(i / 4) % 2),
  );
  const transparent = sharp(withAlpha, { raw: { width, height, channels: 4 } });
  const fields = (photometric: number, samples: number) => tiffFields(width, height, photometric, samples);
  const colourMap = Array.from({ length: 3 * 256 }, (_, i) => (i * 257) % 65536);
  const jpeg = await picture().jpeg().toBuffer();
  const both = ['sharp', 'jimp'] as const;
  const kinds: [string, readonly Decoder[], Buffer | Sharp][] = [
    ['jpeg', both, jpeg],
    ['jpeg progressive', both, picture().jpeg({ progressive: true })],
    ['jpeg gray', both, picture().toColourspace('b-w').jpeg()],
    ['jpeg CMYK', both, picture().toColourspace('cmyk').jpeg()],
    ['jpeg turned', both, withExif(jpeg, exifOrientation(6))],
    ['png', both, picture().png()],
    ['png interlaced', both, picture().png({ progressive: true })],
    ['png palette', both, picture().png({ palette: true })],
    ['png transparent', both, transparent.clone().png()],
    ['png transparent palette', both, transparent.clone().png({ palette: true })],
    ['png 16 bits', both, picture().ensureAlpha().toColourspace('rgb16').png()],
    ['webp', ['sharp'], picture().webp()],
    ['webp lossless', ['sharp'], picture().webp({ lossless: true })],
    ['webp animated', ['sharp'], animation().webp()],
    ['gif', both, picture().gif()],
    ['gif animated', both, animation().gif()],
    ['gif transparent', both, transparent.clone().gif()],
    ['tiff', both, picture().tiff({ compression: 'none' })],
    ['tiff LZW', both, picture().tiff({ compression: 'lzw', predictor: 'horizontal' })],
    ['tiff deflate', both, picture().tiff({ compression: 'deflate' })],
    ['tiff JPEG', ['sharp'], picture().tiff({ compression: 'jpeg' })],
    ['tiff tiled', ['sharp'], picture().tiff({ tile: true, tileWidth: 16, tileHeight: 16 })],
    ['tiff alpha', both, Buffer.from(encodeTiff({ ...fields(2, 4), 338: [3, [1]] }, withAlpha))],
    [
      'tiff palette',
      both,
      Buffer.from(encodeTiff({ ...fields(3, 1), 320: [3, colourMap] }, rgb.subarray(0, width * height))),
    ],
    ['tiff YCbCr', ['sharp'], Buffer.from(encodeTiff({ ...fields(6, 3), 530: [3, [1, 1]] }, rgb))],
    ['bmp', ['jimp'], encodeBmp(rgb, width, height)],
    ['bmp palette', ['jimp'], encodeBmp(rgb, width, height, 8)],
    ['bmp 32 bits', ['jimp'], encodeBmp(rgb, width, height, 32)],
    ['avif', ['sharp'], picture().avif({ effort: 0 })],
  ];
  return Promise.all(
    kinds.map(async ([name, decoders, made]) => ({
      name,
      format: name.split(' ')[0],
      bytes: new Uint8Array(Buffer.isBuffer(made) ? made : await made.toBuffer()),
      decoders,
    })),
  );
}
