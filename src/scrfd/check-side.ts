import { InvalidOptionError } from '../errors.js';
import { checkInteger } from '../options.js';
import { SCRFD, type ScrfdSpec } from './spec.js';

/** Refuses anything but a valid side of a detector's input. */
export function checkSide(name: string, value: unknown, { sideMultiple, maxSide }: ScrfdSpec = SCRFD): number {
  const side = checkInteger(name, value, sideMultiple, maxSide);
  if (side % sideMultiple === 0) return side;
  throw new InvalidOptionError({ name, expected: `a multiple of ${sideMultiple}`, received: String(side) });
}
