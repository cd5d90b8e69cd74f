import { InvalidOptionError } from '../errors.js';
import { checkInteger } from '../options.js';
import { SCRFD, type ScrfdSpec } from './spec.js';

/** Refuses anything but a side that a detector's input can have. */
export function checkSide(name: string, value: unknown, { sideMultiple, maxSide }: ScrfdSpec = SCRFD): number {
  const side = checkInteger(name, value, sideMultiple, maxSide);
  if (side % sideMultiple === 0) return side;
  throw new InvalidOptionError({ name, expected: `a multiple of ${sideMultiple}`, received: String(side) });
}
