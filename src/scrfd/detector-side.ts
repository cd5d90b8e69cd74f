import type { NetworkInfo } from '../types.js';
import { SCRFD, type ScrfdSpec } from './spec.js';

/** Sides of a detector's input that follow the size of the image. */
export interface SideRange {
  least: number;
  most: number;
  /** All sides are multiples of it. */
  multiple: number;
}

/** The side of a detector's square input: one for all images, or one for each. */
export type DetectorSide = number | SideRange;

/** How a network names its open sides when they are to follow the image. */
const RANGE_NAME = /^side_(\d{1,6})_to_(\d{1,6})$/;

/** The name of an open side that is to follow the image, see {@link sideRange}. */
export const sideRangeName = (least: number, most: number) => `side_${least}_to_${most}`;

/**
 * The sides that a network asks for by the name of its open sides: `side_320_to_640` means the smallest multiple of 32
 * from 320 to 640 that holds the image without reducing it. The name is all that every runtime tells of a network beside
 * its shape, so it holds wherever the file goes.
 */
export function sideRange(network: NetworkInfo, { sideMultiple, maxSide }: ScrfdSpec = SCRFD): SideRange | undefined {
  const [least, most] = RANGE_NAME.exec(String(network.inputs[0].shape[2]))?.slice(1).map(Number) ?? [];
  const isSide = (side: number | undefined) => side !== undefined && side > 0 && side % sideMultiple === 0;
  if (!isSide(least) || !isSide(most) || least > most || most > maxSide) return undefined;
  return { least, most, multiple: sideMultiple };
}

/** In the words of a graph's metadata. */
export const describeSide = (side: DetectorSide) =>
  typeof side === 'number' ? String(side) : `${side.least} to ${side.most}`;

/** The side for large images. */
export const largestSide = (side: DetectorSide) => (typeof side === 'number' ? side : side.most);

/** The side for an image. */
export function sideForImage(side: DetectorSide, { width, height }: { width: number; height: number }): number {
  if (typeof side === 'number') return side;
  const { least, most, multiple } = side;
  const holding = Math.ceil(Math.max(width, height) / multiple) * multiple;
  return Math.min(Math.max(holding, least), most);
}
