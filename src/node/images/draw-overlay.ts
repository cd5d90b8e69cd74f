import { type ChecksOf, checkOptions, optional, orElse } from '../../check-options.js';
import { checkAbortSignal } from '../../detector/check-abort-signal.js';
import { pixelView } from '../../image/pixel-image.js';
import { checkBoolean, checkChoice } from '../../options.js';
import { drawShapes } from '../../overlay/draw-shapes.js';
import { overlayShapes } from '../../overlay/overlay-shapes.js';
import { overlaySvg } from '../../overlay/overlay-svg.js';
import type { FaceData, PixelImage } from '../../types.js';
import { writeFileAtomic } from '../files/write-file.js';
import { encodeImage, encodeOwnImage } from './image-codecs.js';
import { formatOfPath } from './write-image.js';

export const OVERLAY_FORMATS = ['png', 'jpeg', 'webp', 'svg'] as const;
export type OverlayFormat = (typeof OVERLAY_FORMATS)[number];

export interface DrawOverlayOptions {
  /** Write each landmark's index beside it. Default false. */
  indices?: boolean | undefined;
  /** Say in a corner of the image which colour shows what. Default false. */
  legend?: boolean | undefined;
  /** Aborting ends the drawing between two shapes with the signal's reason. Encoding cannot be aborted. */
  signal?: AbortSignal | undefined;
}

/** Checks and defaults of the options. */
export const DRAW_OPTIONS = {
  indices: orElse(false, checkBoolean),
  legend: orElse(false, checkBoolean),
  signal: optional(checkAbortSignal),
} satisfies ChecksOf<DrawOverlayOptions>;

/**
 * The image with its faces drawn over it, encoded. An SVG holds the image inside, as PNG.
 * @throws InvalidImageError, InvalidOptionError
 */
export async function drawOverlay(
  image: PixelImage,
  faces: readonly FaceData[],
  format: OverlayFormat,
  options: DrawOverlayOptions = {},
): Promise<Uint8Array> {
  checkChoice('format', format, OVERLAY_FORMATS);
  const { signal, ...drawing } = checkOptions('drawOverlay', options, DRAW_OPTIONS);
  const { width, height } = pixelView(image);
  const shapes = overlayShapes(faces, { width, height, ...drawing });
  if (format !== 'svg')
    return encodeOwnImage(
      drawShapes(image, shapes, () => signal?.throwIfAborted()),
      format,
    );
  const png = Buffer.from(await encodeImage(image, 'png'));
  return Buffer.from(overlaySvg(shapes, { width, height, href: `data:image/png;base64,${png.toString('base64')}` }));
}

/**
 * Writes the image with its faces drawn over it; the path's extension says how: `.png`, `.jpg`, `.jpeg`, `.webp`, `.svg`.
 * @throws InvalidImageError, InvalidOptionError, FileAccessError
 */
export async function writeOverlay(
  path: string,
  image: PixelImage,
  faces: readonly FaceData[],
  options: DrawOverlayOptions = {},
): Promise<void> {
  const format = formatOfPath(path, OVERLAY_FORMATS);
  await writeFileAtomic(path, await drawOverlay(image, faces, format, options));
}
