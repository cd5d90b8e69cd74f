import { type ChecksOf, checkOptions, orElse } from '../../check-options.js';
import { packPixels } from '../../image/pack-pixels.js';
import { checkBoolean, checkBytes } from '../../options.js';
import type { PixelImage } from '../../types.js';
import { cleanExif } from './clean-exif.js';
import { type EncodedFormat, embeddedMetadata, encodeOver } from './image-codecs.js';
import { type ImageFormat, readImageHeader } from './image-format.js';

export interface EncodeLikeOptions {
  /**
   * Keep EXIF: camera, time, place. Thumbnails, previews and the orientation are always dropped, because they show the original or
   * are no longer true. Default false.
   */
  keepMetadata?: boolean | undefined;
}

const OPTIONS = { keepMetadata: orElse(false, checkBoolean) } satisfies ChecksOf<EncodeLikeOptions>;

/** The output format for each input format. */
const WRITTEN: Partial<Record<ImageFormat, EncodedFormat>> = { jpeg: 'jpeg', png: 'png', webp: 'webp' };

/** Largest content of a segment, bytes (ITU-T T.81, B.1.1.4: a length of 16 bits that includes itself). */
const MOST_IN_SEGMENT = 65_533;
const ICC_HEADER = 'ICC_PROFILE\0';

function segment(marker: number, content: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** The segments of a JPEG that hold a colour profile, in numbered parts (ICC.1:2010, B.4). */
function profileSegments(profile: Uint8Array): Buffer[] {
  const most = MOST_IN_SEGMENT - ICC_HEADER.length - 2;
  const parts = Math.ceil(profile.length / most);
  return Array.from({ length: parts }, (_, i) => {
    const head = Buffer.concat([Buffer.from(ICC_HEADER, 'latin1'), Buffer.from([i + 1, parts])]);
    return segment(0xe2, Buffer.concat([head, profile.subarray(i * most, (i + 1) * most)]));
  });
}

/** Whether a profile is for RGB colours (ICC.1:2010, 7.2.6), as decoded pixels are. */
const isRgbProfile = (profile: Uint8Array) => Buffer.from(profile).toString('latin1', 16, 20) === 'RGB ';

/**
 * Encodes pixels like the picture from which they were decoded: in the same format (PNG instead of GIF, TIFF, BMP, AVIF and HEIF,
 * which cannot be written) and with its colour profile, which is still valid for decoded pixels. All other metadata is dropped
 * unless requested, because EXIF contains the place and a thumbnail of the original. Without sharp the profile is lost.
 *
 * @param original encoded bytes
 * @param image of any size up to 65500 pixels a side
 * @throws ImageFormatError, ImageDecodeError for an original that is not an image; InvalidImageError, InvalidOptionError
 */
export async function encodeLike(
  original: Uint8Array,
  image: PixelImage,
  options: EncodeLikeOptions = {},
): Promise<{ bytes: Uint8Array; extension: 'jpg' | 'png' | 'webp' }> {
  const { keepMetadata } = checkOptions('encodeLike', options, OPTIONS);
  // A buffer of its own, which reading a header needs.
  const own = new Uint8Array(checkBytes('the original', original));
  const format = WRITTEN[readImageHeader(own, 'the original').format] ?? 'png';
  const pixels = { ...image, data: packPixels(image, 'rgb'), channelOrder: 'rgb' as const, rowStride: undefined };
  const { icc, exif } = await embeddedMetadata(own);
  const kept = keepMetadata && exif ? cleanExif(exif) : undefined;
  const segments = {
    profile: icc && isRgbProfile(icc) ? profileSegments(icc) : [],
    exif: kept && kept.length <= MOST_IN_SEGMENT ? [segment(0xe1, kept)] : [],
  };
  return { bytes: await encodeOver(segments, pixels, format), extension: format === 'jpeg' ? 'jpg' : format };
}
