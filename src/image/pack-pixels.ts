import { checkChoice } from '../options.js';
import type { PixelImage } from '../types.js';
import { type ChannelLayout, LAYOUTS, pixelView } from './pixel-image.js';

/**
 * A copy of an image's samples, compact (no space between rows), in the order that is asked for. Gray becomes three equal
 * channels, alpha is dropped, or opaque where it is asked for.
 *
 * @returns `(h, w, 3)`, or `(h, w, 4)` for rgba, flat
 * @throws InvalidImageError, InvalidOptionError
 */
export function packPixels(image: PixelImage, order: 'rgb' | 'bgr' | 'rgba'): Uint8Array<ArrayBuffer> {
  const view = pixelView(image);
  checkChoice('order', order, ['rgb', 'bgr', 'rgba']);
  const { data, width, height, offset, rowStride, pixelStride } = view;
  const target: ChannelLayout = LAYOUTS[order];
  const rowBytes = width * target.pixelStride;
  const packed = new Uint8Array(rowBytes * height);
  if (order === 'rgba') packed.fill(255);
  for (let y = 0; y < height; y++) {
    const row = offset + y * rowStride;
    if (image.channelOrder === order && order !== 'rgba') {
      packed.set(data.subarray(row, row + rowBytes), y * rowBytes);
      continue;
    }
    for (let x = 0, from = row, to = y * rowBytes; x < width; x++, from += pixelStride, to += target.pixelStride) {
      packed[to + target.red] = data[from + view.red];
      packed[to + target.green] = data[from + view.green];
      packed[to + target.blue] = data[from + view.blue];
    }
  }
  return packed;
}
