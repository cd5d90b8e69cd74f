import { reasonOf } from '../../as-error.js';
import { type ChecksOf, integerIn, optional, orElse } from '../../check-options.js';
import { describe } from '../../describe.js';
import type { ReadImage } from '../../detector/face-detector.js';
import { ImageDecodeError, InvalidImageError, InvalidOptionError } from '../../errors.js';
import { checkText } from '../../options.js';
import type { PixelImage } from '../../types.js';

/** What a browser can draw on a canvas. */
export type DrawableImage =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame;

/** An image in a browser: something drawable, `ImageData`, an image file as Blob or bytes, or raw pixels. */
export type WebImageInput = DrawableImage | ImageData | Blob | ArrayBuffer | Uint8Array | PixelImage;

export interface WebDecodeOptions {
  /** Larger images are refused. Default 178956970. */
  maxPixels?: number | undefined;
  /** What to call the image in the result. Default: a file's own name, else `image` or `pixels`. */
  name?: string | undefined;
}

const DEFAULT_MAX_PIXELS = 178_956_970;

/** What each option of reading must be. */
export const WEB_DECODE_OPTIONS = {
  maxPixels: orElse(DEFAULT_MAX_PIXELS, integerIn(1, Number.MAX_SAFE_INTEGER)),
  name: optional(checkText),
} satisfies ChecksOf<WebDecodeOptions>;

/** Some of these classes are missing in workers, or in older browsers. */
const isA = (value: unknown, name: string): boolean => {
  const known = (globalThis as unknown as Record<string, unknown>)[name];
  return typeof known === 'function' && value instanceof known;
};

/** `readyState` of a video that has a frame to show. */
const HAVE_CURRENT_DATA = 2;

interface Size {
  width: number;
  height: number;
}

/** Width and height in the image's own pixels, not as it is shown; undefined for what cannot be drawn. */
function drawableSize(input: unknown): Size | undefined {
  if (isA(input, 'HTMLImageElement')) {
    const { naturalWidth, naturalHeight } = input as HTMLImageElement;
    return { width: naturalWidth, height: naturalHeight };
  }
  if (isA(input, 'HTMLVideoElement')) {
    const { videoWidth, videoHeight, readyState } = input as HTMLVideoElement;
    // Its size comes before its first frame.
    return readyState < HAVE_CURRENT_DATA ? { width: 0, height: 0 } : { width: videoWidth, height: videoHeight };
  }
  if (isA(input, 'VideoFrame')) {
    const { displayWidth, displayHeight } = input as VideoFrame;
    return { width: displayWidth, height: displayHeight };
  }
  if (['HTMLCanvasElement', 'OffscreenCanvas', 'ImageBitmap'].some((name) => isA(input, name))) {
    const { width, height } = input as Size;
    return { width, height };
  }
  return undefined;
}

function checkSize({ width, height }: Size, maxPixels: number): void {
  if (!(width > 0 && height > 0)) {
    throw new InvalidImageError({
      name: 'the image',
      expected: 'an image that has been loaded',
      received: `${width} x ${height} pixels`,
      hint: 'Wait for `image.decode()`, or for the video’s event `loadeddata`.',
    });
  }
  if (width * height > maxPixels) {
    throw new ImageDecodeError({
      name: 'the image',
      expected: `at most ${maxPixels} pixels`,
      received: `${width} x ${height} = ${width * height}`,
      hint: 'Reduce the image, or raise `maxPixels`.',
    });
  }
}

/** The error for something that the browser refuses to draw or to read. */
export function undrawable(cause: unknown): InvalidImageError {
  const isForeign = cause instanceof DOMException && cause.name === 'SecurityError';
  return new InvalidImageError({
    name: 'the image',
    expected: 'pixels that the page may read',
    received: isForeign ? 'an image of another origin' : reasonOf(cause),
    hint: isForeign ? 'Load it with `crossOrigin = "anonymous"` from a server that sends CORS headers.' : undefined,
    cause,
  });
}

/** The pixels of something drawable, upright as the browser shows it. Reading them waits for no graphics card. */
function readDrawable(image: DrawableImage, { width, height }: Size): PixelImage {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (context === null) {
    const received = `none of ${width} x ${height} pixels`;
    throw new InvalidImageError({ name: 'the image', expected: 'a canvas that holds it', received });
  }
  try {
    context.drawImage(image, 0, 0, width, height);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channelOrder: 'rgba' };
  } catch (cause) {
    throw undrawable(cause);
  }
}

/** An image file, upright by its EXIF orientation, in its own colours, as OpenCV reads it. */
async function decodeBlob(blob: Blob, maxPixels: number): Promise<PixelImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new ImageDecodeError({
      name: 'the image',
      expected: 'an image file that this browser reads',
      received: `${blob.size} bytes${blob.type ? ` of type ${blob.type}` : ''}`,
      hint: 'The file is damaged, or of a format that the browser does not know; JPEG, PNG and WebP work everywhere.',
      cause,
    });
  }
  try {
    checkSize(bitmap, maxPixels);
    return readDrawable(bitmap, bitmap);
  } finally {
    bitmap.close();
  }
}

/**
 * What a canvas can draw, once it is loaded: an element, a canvas, a bitmap or a frame, with its size. Undefined for others.
 * @throws InvalidImageError for an image without pixels, ImageDecodeError for a larger one
 */
export async function drawable(
  input: unknown,
  maxPixels: number,
): Promise<{ image: DrawableImage; size: Size } | undefined> {
  // An element that is still loading; one that cannot be loaded has no size, which says more.
  if (isA(input, 'HTMLImageElement')) await (input as HTMLImageElement).decode().catch(() => undefined);
  const size = drawableSize(input);
  if (size === undefined) return undefined;
  checkSize(size, maxPixels);
  return { image: input as DrawableImage, size };
}

/** Pixels of any input, and whether the browser decoded them. */
async function toPixels(input: WebImageInput, maxPixels: number): Promise<Omit<ReadImage, 'name'>> {
  const found = await drawable(input, maxPixels);
  if (found) return { pixels: readDrawable(found.image, found.size), decoder: 'browser' };
  if (input instanceof Blob) return { pixels: await decodeBlob(input, maxPixels), decoder: 'browser' };
  if (input instanceof ArrayBuffer || input instanceof Uint8Array) {
    // A copy, for a Blob takes no shared memory; of memory that was given away there is none.
    const blob = new Blob(input.byteLength === 0 ? [] : [new Uint8Array(input)]);
    return { pixels: await decodeBlob(blob, maxPixels), decoder: 'browser' };
  }
  if (isA(input, 'ImageData')) {
    const { data, width, height } = input as ImageData;
    return { pixels: { data: data as Uint8ClampedArray, width, height, channelOrder: 'rgba' }, decoder: 'none' };
  }
  if (typeof input === 'object' && input !== null && 'data' in input && 'channelOrder' in input) {
    return { pixels: input as PixelImage, decoder: 'none' };
  }
  throw new InvalidOptionError({
    name: 'the image',
    expected:
      'an image, video, canvas, ImageBitmap, VideoFrame, ImageData, Blob, bytes or { data, width, height, channelOrder }',
    received: describe(input),
  });
}

/**
 * Any image of a browser as pixels. `name` in the options, or a File's own name, is what the result calls the image.
 * @throws InvalidImageError, ImageDecodeError, InvalidOptionError
 */
export async function readPixels(input: WebImageInput, options: WebDecodeOptions = {}): Promise<ReadImage> {
  const { maxPixels = DEFAULT_MAX_PIXELS, name } = options;
  const { pixels, decoder } = await toPixels(input, maxPixels);
  const fallback = isA(input, 'File') ? (input as File).name : decoder === 'none' ? 'pixels' : 'image';
  return { pixels, decoder, name: name ?? fallback };
}
