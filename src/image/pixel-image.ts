import { describe } from '../describe.js';
import { InvalidImageError } from '../errors.js';
import type { ChannelOrder, PixelImage } from '../types.js';

/** A {@link PixelImage} as the kernels read it: flat samples and where to find each channel of a pixel. */
export interface PixelView {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  /** Index of the first pixel's first sample. */
  offset: number;
  /** Samples from a row to the next, and from a pixel to the next. */
  rowStride: number;
  pixelStride: number;
  /** Offsets of the channels inside a pixel; all 0 for gray. */
  red: number;
  green: number;
  blue: number;
}

/** Samples of a pixel, and the offsets of its channels; all 0 for gray. */
export type ChannelLayout = Pick<PixelView, 'pixelStride' | 'red' | 'green' | 'blue'>;

export const LAYOUTS: Readonly<Record<ChannelOrder, ChannelLayout>> = {
  rgb: { pixelStride: 3, red: 0, green: 1, blue: 2 },
  bgr: { pixelStride: 3, red: 2, green: 1, blue: 0 },
  rgba: { pixelStride: 4, red: 0, green: 1, blue: 2 },
  bgra: { pixelStride: 4, red: 2, green: 1, blue: 0 },
  gray: { pixelStride: 1, red: 0, green: 0, blue: 0 },
};
export const CHANNEL_ORDERS = Object.keys(LAYOUTS) as ChannelOrder[];

function refuse(name: string, expected: string, received: string): never {
  throw new InvalidImageError({ name, expected, received });
}

/** @throws InvalidImageError for an unknown channel order */
export function channelLayout(channelOrder: ChannelOrder): ChannelLayout {
  // Not by looking it up: an array of one string would be taken for it.
  if (CHANNEL_ORDERS.includes(channelOrder)) return LAYOUTS[channelOrder];
  return refuse('channelOrder', CHANNEL_ORDERS.map((order) => `"${order}"`).join(', '), describe(channelOrder));
}

/**
 * Checks raw pixels and gives the kernels a flat view of them, without a copy.
 * @throws InvalidImageError for an empty image, a buffer or row stride that is too short, an unknown channel order
 */
export function pixelView(image: PixelImage): PixelView {
  if (typeof image !== 'object' || image === null) {
    refuse('the image', '{ data, width, height, channelOrder }', describe(image));
  }
  const { data, width, height, channelOrder } = image;
  const layout = channelLayout(channelOrder);
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isSafeInteger(side) || side < 1) refuse(`the image's ${name}`, 'a positive integer', describe(side));
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    refuse('the image data', 'a Uint8Array or Uint8ClampedArray', describe(data));
  }
  const rowBytes = width * layout.pixelStride;
  const rowStride = image.rowStride ?? rowBytes;
  if (!Number.isSafeInteger(rowStride) || rowStride < rowBytes) {
    refuse('rowStride', `an integer of at least ${rowBytes} (${width} ${channelOrder} pixels)`, describe(rowStride));
  }
  const needed = rowStride * (height - 1) + rowBytes;
  if (data.length < needed) {
    refuse('the image data', `at least ${needed} bytes (${width} x ${height} ${channelOrder})`, `${data.length} bytes`);
  }
  return { data, width, height, offset: 0, rowStride, ...layout };
}

/**
 * Refuses a view that reads outside its samples.
 * @throws InvalidImageError
 */
export function checkView(value: unknown): PixelView {
  if (typeof value !== 'object' || value === null) refuse('the view', 'what pixelView returns', describe(value));
  const view = value as PixelView;
  const { data, width, height, offset, rowStride, pixelStride, red, green, blue } = view;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    refuse('the data of the view', 'a Uint8Array or Uint8ClampedArray', describe(data));
  }
  for (const [name, side] of Object.entries({ width, height, pixelStride, rowStride })) {
    if (!Number.isSafeInteger(side) || side < 1) refuse(`${name} of the view`, 'a positive integer', describe(side));
  }
  for (const [name, place] of Object.entries({ offset, red, green, blue })) {
    if (!Number.isSafeInteger(place) || place < 0) refuse(`${name} of the view`, 'an integer from 0', describe(place));
  }
  const needed = offset + (height - 1) * rowStride + (width - 1) * pixelStride + Math.max(red, green, blue) + 1;
  if (data.length < needed) refuse('the data of the view', `at least ${needed} bytes`, `${data.length} bytes`);
  return view;
}
