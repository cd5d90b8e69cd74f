import type { NetworkInfo } from '../types.js';
import { SCRFD, type ScrfdSpec } from './spec.js';

/** Input sides of a detector from which one is chosen by the size of the image. */
export interface SideRange {
  least: number;
  most: number;
  /** All sides are multiples of it. */
  multiple: number;
}

/** The side of a detector's square input: one for all images, or one for each. */
export type DetectorSide = number | SideRange;

/** Name of the variable sides of a network whose input side follows the size of the image. */
const RANGE_NAME = /^side_(\d{1,6})_to_(\d{1,6})$/;

/** The name for a variable side that follows the size of the image, see {@link sideRange}. */
export const sideRangeName = (least: number, most: number) => `side_${least}_to_${most}`;

/**
 * The input sides that a network asks for. They are written in the name of its variable sides: `side_320_to_640` means the
 * smallest multiple of 32 from 320 to 640 that holds the image without reducing it. They stand in a name because every runtime
 * reports the names of dimensions.
 */
export function sideRange(network: NetworkInfo, { sideMultiple, maxSide }: ScrfdSpec = SCRFD): SideRange | undefined {
  const [least, most] = RANGE_NAME.exec(String(network.inputs[0].shape[2]))?.slice(1).map(Number) ?? [];
  const isSide = (side: number | undefined) => side !== undefined && side > 0 && side % sideMultiple === 0;
  if (!isSide(least) || !isSide(most) || least > most || most > maxSide) return undefined;
  return { least, most, multiple: sideMultiple };
}

/** As text for a graph's metadata. */
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
